"""Policy files of hjb-lr, followed in any trainer. Needs nothing but Python; `policy.schema.json` stands beside this file.

>>> from hjb_lr import Policy
>>> run = Policy.load("policy.json").start(updates=800)         # doctest: +SKIP
>>> decision = run.before_update({"train_robust_loss": loss})   # doctest: +SKIP
>>> factor = run.clip(gradient_norm)                            # doctest: +SKIP

The format, its rules by number and what every step computes: docs/policy-format.md of hjb-lr.
"""

from __future__ import annotations

import bisect
import hashlib
import json
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

Json: TypeAlias = Any
Filtered: TypeAlias = "tuple[list[float], list[float]]"

SCHEMA_VERSION = (2, 0)
KNOWN_FEATURES = ("weights_state", "whole_method", "kept_perturbations")
VOLATILE_FIELDS = frozenset(("created_at", "started_at", "wall_s", "seconds", "host"))
FEWEST_JUDGED = 50
ROUNDING = 1e-12


class HjbLrError(ValueError):
    """What is wrong with a file or a call: a stable `code`, one sentence, the `remedy`, and every issue with its path."""

    def __init__(self, code: str, sentence: str, remedy: str, issues: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__("\n".join([f"{sentence} {remedy}", *(f"  {path}: {text}" for path, text in issues)]))
        self.code = code
        self.remedy = remedy
        self.issues = list(issues)


class PolicyWarning(UserWarning):
    """What a run under a policy is warned of, each once."""


class Decision(NamedTuple):
    """The values of every control for the coming update, and why."""

    controls: dict[str, float]
    reason: str


class Observed(NamedTuple):
    """A loss of an update before the last one: its value, and the update whose minibatch and weights it belongs to."""

    value: float
    update: int


class Control(NamedTuple):
    """A control as this reader knows it: its unit, its legal values, and whether they are whole numbers."""

    unit: str
    is_legal: Callable[[float], bool]
    is_integer: bool


IN_BALL = "unit of the inputs, in the norm of the attack"
CONTROLS: Mapping[str, Control] = {
    "learning_rate": Control("change of the weights per unit of gradient", lambda v: v > 0, False),
    "attack_steps": Control("gradient evaluations per update", lambda v: v >= 1 and float(v).is_integer(), True),
    "attack_step_size": Control(IN_BALL, lambda v: v > 0, False),
    "attack_eps": Control(IN_BALL, lambda v: v >= 0, False),
    "batch_size": Control("examples", lambda v: v >= 1 and float(v).is_integer(), True),
    "averaging_weight": Control("share of the average, in [0, 1]", lambda v: 0 <= v <= 1, False),
}


class Policy:
    """A policy file that was read and checked. `body` is the file as it stands.

    >>> Policy.from_text("[]", "policy.json")
    Traceback (most recent call last):
        ...
    hjb_lr.policy.HjbLrError: policy.json is no policy: its kind is None. Give a file of kind "policy".
    """

    def __init__(self, body: Json, source: str = "the policy") -> None:
        require_kind_and_version(body, source)
        issues = [*schema_issues(body)]
        if issues:
            raise HjbLrError("E_INVALID", f"{source} is not a valid policy file.", "Correct these fields.", issues)
        expected = policy_id(body)
        if body["policy_id"] != expected:
            raise HjbLrError(
                "E_INVALID",
                f"{source} was changed after it was made: its policy_id is not the hash of its body.",
                "Write it again with `hjb-lr solve`, or accept the edit with `hjb-lr validate FILE --seal`.",
                [("policy_id", f"expected {expected}")],
            )
        unknown = [feature for feature in body.get("requires", []) if feature not in KNOWN_FEATURES]
        if unknown:
            raise HjbLrError(
                "E_VERSION",
                f"{source} requires what this reader does not know: {', '.join(unknown)}.",
                "Update hjb-lr.",
            )
        issues = [*rule_issues(body)]
        if issues:
            raise HjbLrError("E_INVALID", f"{source} contradicts itself.", "Correct these fields.", issues)
        self.body = body

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """The policy of a file. Raises HjbLrError for anything that is not a sound policy."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise HjbLrError("E_NOT_FOUND", f"There is no file {path}.", "Check the path.") from None
        except UnicodeDecodeError:
            raise HjbLrError("E_NOT_JSON", f"{path} is not UTF-8.", "Give a policy.json.") from None
        return cls.from_text(text, str(path))

    @classmethod
    def from_text(cls, text: str, source: str = "the policy") -> Policy:
        """The policy of a JSON text."""
        return cls(parse_json(text, source), source)

    @property
    def name(self) -> str:
        return str(self.body["name"])

    @property
    def horizon(self) -> int:
        """Updates of the run that the policy was made for."""
        return int(self.body["time"]["horizon"])

    @property
    def requires(self) -> list[str]:
        """What a loop has to provide beyond the rate and the clip."""
        return [*self.body.get("requires", [])]

    @property
    def observes(self) -> str | None:
        """The loss that the policy is shown, by its name; None for none."""
        shown = self.body["input"]
        return None if shown is None else str(shown["metric"])

    def start(self, updates: int | None = None, provides: Sequence[str] = ()) -> PolicyRun:
        """A run of `updates` updates of the weights (by default the policy's own length).

        `provides` names what of `requires` the loop sees to itself: "whole_method" for the optimizer, the attack and the
        recovery that the policy brings, "kept_perturbations" for the perturbations that training examples keep.
        """
        missing = [feature for feature in self.requires if feature not in provides]
        if "weights_state" in missing:
            raise HjbLrError(
                "E_INVALID", f'"{self.name}" follows the weights, not a loss.', "Use weights_rule(updates)."
            )
        if missing:
            raise HjbLrError(
                "E_VERSION",
                f'The policy "{self.name}" is more than a rate: it requires {", ".join(missing)}.',
                "Train as docs/policy-format.md says of these, and give provides=[...].",
                [("requires", f'"{feature}" is not provided') for feature in missing],
            )
        return PolicyRun(self, self.run_length(updates))

    def weights_rule(self, updates: int | None = None) -> WeightsRule:
        """The rule of a policy whose states are the weights themselves."""
        return WeightsRule(self, self.run_length(updates))

    def run_length(self, updates: int | None) -> int:
        """The length of a run, checked. Raises HjbLrError for one that the policy refuses."""
        length = self.horizon if updates is None else updates
        if isinstance(length, bool) or not isinstance(length, int) or length < 1:
            raise HjbLrError("E_INVALID", f"A run has a positive whole number of updates; got {length!r}.", "Give it.")
        if self.body["time"]["stretch"] == "refuse" and length != self.horizon:
            raise HjbLrError(
                "E_INVALID",
                f"The policy is for {self.horizon} updates; this run has {length}.",
                'Solve for this horizon, or set time.stretch to "scale" or "clamp" and seal the file again.',
            )
        return length

    def failing_tests(self) -> list[str]:
        """The file's own test vectors that this reader does not reproduce; empty where all agree to 1e-9."""
        found = (vector_failure(self, test) for test in self.body["tests"])
        return [f"tests.{i}: {text}" for i, text in enumerate(found) if text is not None]


class PolicyRun:
    """One run under a policy: `before_update` before every update, `clip` after its gradient."""

    def __init__(self, policy: Policy, updates: int) -> None:
        body = policy.body
        self.policy = policy
        self.updates = updates
        self._controls: dict[str, Json] = body["controls"]
        self._filter = create_filter(body["filter"])
        self._clip = body["clip"]
        self._said: set[str] = set()
        self._counts = {"decisions": 0, "out_of_support": 0, "missing": 0}
        memory = None if self._filter is None else self._filter.initial_memory()
        self._state: dict[str, Json] = {
            "updates": 0,
            "filter": memory,
            "observed": -1,
            "missing": 0,
            "trouble": None,
            "guarded": None,
        }
        self._norm_memory: float | None = None
        self._clipped = True

    def before_update(self, metrics: Mapping[str, float | Observed | None] | None = None) -> Decision:
        """The controls of the coming update k, from the losses of update k - 1 (None or nothing where none was measured).

        Raises HjbLrError for a loss that is no number or goes by another name, and where the last update was not clipped
        although the policy clips. A loss that is NaN or infinite is answered, with its reason.
        """
        shown = self._shown(metrics)
        if self._clip is not None and not self._clipped:
            raise HjbLrError(
                "E_USAGE",
                "This policy clips the gradient, and the last update was not clipped.",
                "After each backward pass multiply the gradient by clip(gradient_norm): without it runs end early.",
            )
        k: int = self._state["updates"]
        decision = self._decide(shown)
        self._clipped = False
        self._watch(k, decision.reason)
        return decision

    def clip(self, gradient_norm: float) -> float:
        """The factor to multiply the gradient by. 0 where the norm is not finite: make no step then."""
        norm = number(gradient_norm, "gradient_norm")
        if norm < 0:
            raise HjbLrError(
                "E_INVALID", f"A norm is not negative; got {norm}.", "Give the norm of the whole gradient."
            )
        if not math.isfinite(norm):
            self.skip()
            return 0.0
        factor, self._norm_memory = clip_step(self._clip, self._norm_memory, norm)
        self._clipped = True
        return factor

    def skip(self) -> None:
        """Call in place of `clip` where an update makes no step, as with mixed precision after an overflow."""
        memory = self._state["filter"]
        if memory is not None and memory["rates"]:
            self._state["filter"] = {**memory, "rates": [*memory["rates"][:-1], 0]}
        self._clipped = True

    @property
    def update(self) -> int:
        """Updates decided so far."""
        return int(self._state["updates"])

    def state(self) -> dict[str, Json]:
        """What the run remembers, as JSON; readers of every language write the same."""
        memory = {"clipped": self._clipped, "clip": self._norm_memory, "schedule": self._state}
        return {"policy_id": self.policy.body["policy_id"], **json.loads(json.dumps(memory))}

    def restore(self, state: Json) -> None:
        """Goes on where `state()` was taken, bit for bit. Raises HjbLrError for anything else."""
        issues = [*state_issues(self.policy.body, state)]
        if issues:
            remedy = "Give what state() returned; without one, start the run anew."
            raise HjbLrError("E_INVALID", "This is not the state of this policy.", remedy, issues)
        copy = json.loads(json.dumps(state))
        self._clipped, self._norm_memory, self._state = copy["clipped"], copy["clip"], copy["schedule"]

    def warn_of_optimizer(self, name: str, momentum: float) -> None:
        """Warns once if steps are taken by another rule than the policy was made for."""
        meant = self.policy.body["optimizer"]
        expected = (meant.get("name", "sgd"), float(meant.get("momentum", 0)))
        if (name, momentum) != expected:
            words = [n if m == 0 else f"{n} with momentum {m}" for n, m in (expected, (name, momentum))]
            self._warn("other_optimizer", f"it was made for {words[0]}, and this is {words[1]}.")

    def _shown(self, metrics: Mapping[str, float | Observed | None] | None) -> Observed | None:
        if metrics is None:
            return None
        name = self.policy.observes
        if not isinstance(metrics, Mapping):
            raise HjbLrError(
                "E_INVALID",
                f"before_update takes losses by their names; got {type(metrics).__name__}.",
                f'Write before_update({{"{name or "train_robust_loss"}": loss}}), with the loss of the update before.',
            )
        if name is None:
            return None
        if metrics and name not in metrics:
            raise HjbLrError(
                "E_INVALID", f"This policy looks at {name}; got {', '.join(metrics)}.", f"Show it {name}, or nothing."
            )
        given = metrics.get(name)
        k: int = self._state["updates"]
        if given is None:
            return None
        if isinstance(given, Observed):
            return Observed(number(given.value, name), given.update)
        value = number(given, name)
        return Observed(value, k - 1) if k > 0 else None

    def _decide(self, metric: Observed | None) -> Decision:
        body, state = self.policy.body, self._state
        k: int = state["updates"]
        shown, loss = None, None
        if self._filter is not None:
            shown = shown_loss(body["input"], state["observed"], metric, k)
            loss = shown if shown is not None and math.isfinite(shown.value) and shown.value > 0 else None
        observed = state["observed"] if shown is None else shown.update
        trouble = state["trouble"] if shown is None else trouble_of(shown.value)
        states, supported, memory = None, True, None
        condition = None
        if self._filter is not None:
            states, supported, memory = filtered_states(body, self._filter, state["filter"], loss)
            condition = condition_of(body["input"], k, observed, trouble, supported)
        missing = state["missing"] + 1 if condition == "missing" else 0
        situation = Situation(body, k, self.updates, condition, shown is not None, missing, states)
        last = state["guarded"] or {}
        guarded = {
            name: guard_value(control["guards"], propose(situation, name, control, last.get(name)), last.get(name))
            for name, control in self._controls.items()
        }
        decision = decision_of(self._controls, guarded, k)
        if memory is not None:
            memory = {**memory, "rates": [*memory["rates"], decision.controls["learning_rate"]]}
        self._state = {
            "updates": k + 1,
            "filter": memory,
            "observed": observed,
            "missing": missing,
            "trouble": trouble,
            "guarded": {name: proposal.value for name, proposal in guarded.items()},
        }
        return decision

    def _watch(self, k: int, reason: str) -> None:
        counts = self._counts
        counts["decisions"] += 1
        for condition in ("out_of_support", "missing"):
            counts[condition] += f":{condition}" in reason
            if counts["decisions"] >= FEWEST_JUDGED and counts[condition] > counts["decisions"] / 2:
                self._warn(condition, f"{counts[condition]} of {counts['decisions']} updates: {MOSTLY[condition]}")
        if is_past_horizon(self.policy.body["time"], k, self.updates):
            self._warn("past_horizon", f"update {k} is past its {self.policy.horizon} updates. {CLOCK}")

    def _warn(self, code: str, message: str) -> None:
        if code not in self._said:
            self._said.add(code)
            warnings.warn(f'The policy "{self.policy.name}": {message}', PolicyWarning, stacklevel=4)


MOSTLY = {
    "out_of_support": "the states are outside its support. Check the attack, the batch size and the metric.",
    "missing": "no loss of a recent update was shown. Show it the loss of the update before, at every update.",
}
CLOCK = "Call before_update once for each update of the weights: not once for each process or each microbatch."


class WeightsRule:
    """A policy whose states are the weights. It remembers nothing."""

    def __init__(self, policy: Policy, updates: int) -> None:
        body = policy.body
        if body["filter"] is None or body["filter"]["kind"] != "weights":
            raise HjbLrError(
                "E_INVALID", f'The policy "{policy.name}" does not follow the weights.', "Use start(updates)."
            )
        others = [name for name in body["controls"] if name != "learning_rate"]
        if others:
            raise HjbLrError(
                "E_INVALID", "A policy over the weights decides the learning rate alone.", "Leave the others out."
            )
        self._body, self._updates = body, updates
        self.names: list[str] = body["filter"]["names"]

    def decide(self, k: int, theta: Sequence[float]) -> Decision:
        """The rate of update k at these weights, in the order of `names`."""
        control = self._body["controls"]["learning_rate"]
        guarded = guard_value(control["guards"], self._propose(control, k, theta), None)
        return Decision({"learning_rate": guarded.value}, guarded.reason)

    def _propose(self, control: Json, k: int, theta: Sequence[float]) -> Proposal:
        body = self._body
        is_past = is_past_horizon(body["time"], k, self._updates)
        time = float(body["time"]["horizon"]) if is_past else policy_time(body["time"], k, self._updates)
        if len(theta) != len(self.names) or not all(map(math.isfinite, theta)):
            return Proposal(open_loop_value(control["open_loop"], time), "fallback:nan")
        if not is_supported(body["support"], self.names, theta) and "out_of_support" in body["fallback"]["on"]:
            return Proposal(open_loop_value(control["open_loop"], time), "fallback:out_of_support")
        return Proposal(table_value(control["table"], [time, *theta]), "hold:horizon" if is_past else "table")


# Steps of a decision (docs/policy-format.md, "How update k is decided").


class Proposal(NamedTuple):
    value: float
    reason: str
    emergency: bool = False


class Situation(NamedTuple):
    body: Json
    k: int
    updates: int
    condition: str | None
    is_new: bool
    missing: int
    states: list[float] | None


def shown_loss(shown: Json, observed: int, metric: Observed | None, k: int) -> Observed | None:
    """The loss that can still be taken in; None for none, for one that was passed, and for one that is too old."""
    if metric is None or metric.update < 0 or metric.update <= observed or metric.update >= k:
        return None
    return None if k - metric.update > shown["max_age_updates"] else metric


def trouble_of(loss: float) -> str | None:
    if math.isnan(loss):
        return "nan"
    if math.isinf(loss):
        return "inf"
    return "negative" if loss <= 0 else None


def condition_of(shown: Json, k: int, observed: int, trouble: str | None, supported: bool) -> str | None:
    if k - observed > shown["max_age_updates"]:
        return "missing"
    return trouble if trouble is not None else (None if supported else "out_of_support")


def propose(situation: Situation, name: str, control: Json, last: float | None) -> Proposal:
    """Step 2: what is proposed for a control, before its guards."""
    body, k, updates, condition, is_new, missing, states = situation
    time = policy_time(body["time"], k, updates)
    listed = condition is not None and condition in body["fallback"]["on"]
    if listed and condition in ("nan", "inf"):
        if not is_new and last is not None:
            return Proposal(last, f"hold:{condition}")
        value = open_loop_value(control["open_loop"], time) if last is None else last
        if name == "learning_rate":
            return Proposal(value / 2, f"fallback:{condition}", True)
        return Proposal(value, f"fallback:{condition}")
    if is_past_horizon(body["time"], k, updates) and last is not None:
        return Proposal(last, "hold:horizon")
    if states is None or control["table"] is None:
        return Proposal(open_loop_value(control["open_loop"], time), "open_loop")
    if condition is None or (condition == "out_of_support" and not listed):
        return Proposal(table_value(control["table"], [time, *states]), "table")
    waits = condition == "missing" and missing <= body["fallback"]["max_consecutive_missing"]
    if last is not None and (not listed or waits):
        return Proposal(last, f"hold:{condition}")
    return Proposal(open_loop_value(control["open_loop"], time), f"fallback:{condition}")


def guard_value(guards: Json, proposal: Proposal, last: float | None) -> Proposal:
    """Steps 3 and 4: the ratio limit against the last guarded value, then the clamp."""
    value, reason, emergency = proposal
    limited = value
    if last is not None and not emergency:
        highest = math.inf if last == 0 else last * guards["max_up_ratio_per_update"]
        limited = min(max(value, last / guards["max_down_ratio_per_update"]), highest)
    clamped = min(max(limited, guards["min"]), guards["max"])
    if is_same(clamped, value) or is_exception(reason):
        return Proposal(clamped, reason)
    if is_same(clamped, limited):
        return Proposal(clamped, "limit:ratio")
    return Proposal(clamped, "clamp:min" if clamped > limited else "clamp:max")


def is_same(guarded: float, value: float) -> bool:
    """Whether a guard moved a value by no more than its rounding, by which readers that add in another order differ."""
    return abs(guarded - value) <= ROUNDING * abs(guarded)


def decision_of(controls: Mapping[str, Json], guarded: Mapping[str, Proposal], k: int) -> Decision:
    """Step 5 and the rounding of every control, and the one reason."""
    values: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for name, (value, reason, _) in guarded.items():
        warmup = controls[name]["guards"]["warmup_updates"]
        if k < warmup:
            value, reason = value * (k + 1) / warmup, reason if is_exception(reason) else "warmup"
        values[name] = rounded(value) if CONTROLS[name].is_integer else value
        reasons[name] = reason
    first = reasons.pop("learning_rate")
    others = [f"{name} {reason}" for name, reason in reasons.items() if reason.startswith(("limit:", "clamp:"))]
    return Decision(values, "; ".join([first, *others]))


def is_exception(reason: str) -> bool:
    return reason.startswith(("fallback:", "hold:"))


def rounded(value: float) -> float:
    """The nearest whole number, halves upwards."""
    below = math.floor(value)
    return below if value - below < 0.5 else below + 1


def clip_step(clip: Json, memory: float | None, norm: float) -> tuple[float, float | None]:
    """The factor of a gradient with this finite norm, and the clip's memory for the next one."""
    if clip is None:
        return 1.0, memory
    if clip.get("kind", "ratchet") == "norm":
        return min(1.0, clip["maximum"] / (norm + 1e-6)), memory
    if memory is None and norm == 0:
        return 1.0, memory
    limit = norm if memory is None else memory
    factor = limit / norm if norm > limit else 1.0
    return factor, limit + clip.get("gain", 0.05) * (min(norm, limit) - limit)


# Time, open loop, table, support.


def policy_time(time: Json, k: int, updates: int) -> float:
    return k * time["horizon"] / updates if time["stretch"] == "scale" else float(k)


def is_past_horizon(time: Json, k: int, updates: int) -> bool:
    return bool(k >= (updates if time["stretch"] == "scale" else time["horizon"]))


def bracket(coordinate: str, grid: Sequence[float], x: float) -> tuple[int, float]:
    """The cell of a point on an axis and the share of the way to its upper node, clamped to the ends."""
    last = len(grid) - 1
    if x <= grid[0]:
        return 0, 0.0
    if x >= grid[last]:
        return last, 0.0
    i = bisect.bisect_right(grid, x) - 1
    if coordinate == "log":
        return i, (math.log(x) - math.log(grid[i])) / (math.log(grid[i + 1]) - math.log(grid[i]))
    return i, (x - grid[i]) / (grid[i + 1] - grid[i])


def open_loop_value(loop: Json, time: float) -> float:
    values: Sequence[float] = loop["values"]
    i, weight = bracket("identity", loop["updates"], time)
    if weight == 0 or values[i] == values[i + 1]:
        return values[i]
    return (1 - weight) * values[i] + weight * values[i + 1]


def table_value(table: Json, point: Sequence[float]) -> float:
    axes, values = table["axes"], table["values"]
    cells = [bracket(axis.get("coordinate", "identity"), axis["grid"], x) for axis, x in zip(axes, point)]
    sizes = [len(axis["grid"]) for axis in axes]
    if table["interpolation"] == "nearest":
        value = values[offset_of(sizes, [i + (1 if weight > 0.5 else 0) for i, weight in cells])]
    else:
        value = multilinear(sizes, values, cells)
    return exp(value) if table["value_scale"] == "log" else value


def multilinear(sizes: Sequence[int], values: Sequence[float], cells: Sequence[tuple[int, float]]) -> float:
    total = 0.0
    for corner in range(1 << len(cells)):
        uppers = [(corner >> d) & 1 for d in range(len(cells))]
        weight = 1.0
        for (_, share), upper in zip(cells, uppers):
            weight *= share if upper else 1 - share
        if weight > 0:
            places = [min(i + upper, size - 1) for (i, _), upper, size in zip(cells, uppers, sizes)]
            total += weight * values[offset_of(sizes, places)]
    return total


def offset_of(sizes: Sequence[int], places: Sequence[int]) -> int:
    offset = 0
    for size, place in zip(sizes, places):
        offset = offset * size + place
    return offset


def is_supported(support: Json, names: Sequence[str], states: Sequence[float]) -> bool:
    for name, x in zip(names, states):
        low, high = support.get(name, (-math.inf, math.inf))
        if not (math.isfinite(x) and low <= x <= high):
            return False
    return True


# Filters: extended Kalman filters in the logarithms of the states.


class StateFilter:
    """What a filter of losses computes: `predict` under a rate, `take_in` a loss, `states` in natural units."""

    names: Sequence[str] = ()

    def __init__(self, spec: Json) -> None:
        self.parameters: dict[str, float] = spec["parameters"]
        self.initial: Json = spec["initial"]

    def initial_memory(self) -> dict[str, Json]:
        mean = [*self.initial["mean"]]
        covariance = [c for row in self.initial["covariance"] for c in row]
        return {"update": 0, "mean": mean, "covariance": covariance, "rates": []}

    def predict(self, state: Filtered, u: float) -> Filtered:
        raise NotImplementedError

    def take_in(self, state: Filtered, y: float) -> Filtered:
        raise NotImplementedError

    def states(self, state: Filtered) -> list[float]:
        return [exp(x) for x in state[0]]


class LossAlone(StateFilter):
    """loss = floor + E, x = ln E."""

    names = ("excess",)

    def predict(self, state: Filtered, u: float) -> Filtered:
        (x,), (p00,) = state
        par = self.parameters
        p = par["slow_exponent"]
        excess = exp(x)
        decay = u * par["slow_rate"] * power(excess, p - 1)
        kept = exp(-decay)
        gain = u * u * par["noise_gain"]
        noise = gain * (1 + divide(par["floor"], excess))
        if noise == 0:
            following, f = x - decay, 1 - (p - 1) * decay
        else:
            following = x + log(kept + noise)
            f = divide(kept * (1 - (p - 1) * decay) + gain, kept + noise)
        q = par["process_deviation"]
        scale = u / par["rate_scale"]
        return [following], [f * f * p00 + scale * scale * q * q]

    def take_in(self, state: Filtered, y: float) -> Filtered:
        (x,), (p00,) = state
        h = exp(x)
        loss = self.parameters["floor"] + h
        deviation = self.parameters["observation_deviation"] * loss
        r = deviation * deviation
        gain = divide(p00 * h, h * h * p00 + r)
        rest = 1 - gain * h
        return [x + gain * (y - loss)], [rest * rest * p00 + gain * gain * r]


class SlowNoiseMemory(StateFilter):
    """loss = floor + S + N, x = (ln S, ln N)."""

    names = ("slow", "noise")
    SMALLEST_NOISE_SHARE = 1e-12

    def predict(self, state: Filtered, u: float) -> Filtered:
        (s, v), (p00, p01, _, p11) = state
        par = self.parameters
        p = par["slow_exponent"]
        slow, held = exp(s), exp(v)
        loss = par["floor"] + slow + held
        decay = u * par["slow_rate"] * power(slow, p - 1)
        kept = 1 - min(u * par["memory_rate"], 1)
        kept *= kept
        gain = u * u * par["noise_gain"]
        noise = held * kept + gain * loss
        bound = self.SMALLEST_NOISE_SHARE * loss
        bounded = noise < bound
        following = bound if bounded else noise
        f00 = 1 - (p - 1) * decay
        f10 = 0.0 if bounded else divide(gain * slow, following)
        f11 = 0.0 if bounded else divide((kept + gain) * held, following)
        scale = u / par["rate_scale"]
        scale *= scale
        q_slow, q_noise = par["slow_process_deviation"], par["noise_process_deviation"]
        c00 = f00 * f00 * p00 + scale * q_slow * q_slow
        c01 = f00 * (f10 * p00 + f11 * p01)
        c11 = f10 * f10 * p00 + 2 * f10 * f11 * p01 + f11 * f11 * p11 + scale * q_noise * q_noise
        return [s - decay, log(following)], [c00, c01, c01, c11]

    def take_in(self, state: Filtered, y: float) -> Filtered:
        (s, v), (p00, p01, _, p11) = state
        h_slow, h_noise = exp(s), exp(v)
        loss = self.parameters["floor"] + h_slow + h_noise
        deviation = self.parameters["observation_deviation"] * loss
        r = deviation * deviation
        ph_slow = p00 * h_slow + p01 * h_noise
        ph_noise = p01 * h_slow + p11 * h_noise
        variance = h_slow * ph_slow + h_noise * ph_noise + r
        k_slow, k_noise = divide(ph_slow, variance), divide(ph_noise, variance)
        a00, a01 = 1 - k_slow * h_slow, -k_slow * h_noise
        a10, a11 = -k_noise * h_slow, 1 - k_noise * h_noise
        c00 = a00 * a00 * p00 + 2 * a00 * a01 * p01 + a01 * a01 * p11 + k_slow * k_slow * r
        c01 = a00 * a10 * p00 + (a00 * a11 + a01 * a10) * p01 + a01 * a11 * p11 + k_slow * k_noise * r
        c11 = a10 * a10 * p00 + 2 * a10 * a11 * p01 + a11 * a11 * p11 + k_noise * k_noise * r
        innovation = y - loss
        return [s + k_slow * innovation, v + k_noise * innovation], [c00, c01, c01, c11]


FILTERS: Mapping[str, type[StateFilter]] = {"loss_alone": LossAlone, "slow_noise_memory": SlowNoiseMemory}


def create_filter(spec: Json) -> StateFilter | None:
    return None if spec is None or spec["kind"] == "weights" else FILTERS[spec["kind"]](spec)


def is_sound(flt: StateFilter, state: Filtered) -> bool:
    mean, covariance = state
    finite = all(map(math.isfinite, mean)) and all(map(math.isfinite, covariance))
    return finite and all(x > 0 and math.isfinite(x) for x in flt.states(state))


def advance(flt: StateFilter, state: Filtered, rates: Sequence[float]) -> Filtered:
    """Predictions under these rates; where the model runs out of the positive numbers, the state stays where it is."""
    for rate in rates:
        following = flt.predict(state, rate)
        state = following if is_sound(flt, following) else state
    return state


def filtered_states(
    body: Json, flt: StateFilter, memory: Json, loss: Observed | None
) -> tuple[list[float], bool, dict[str, Json]]:
    """Step 1: the states of the coming update, whether they are supported, and what is remembered of them."""

    def supports(state: Filtered) -> bool:
        return is_supported(body["support"], flt.names, flt.states(state))

    start: Filtered = (memory["mean"], memory["covariance"])
    rates = memory["rates"]
    if loss is None:
        now = advance(flt, start, rates)
        excess = max(0, len(rates) - body["input"]["max_age_updates"] + 1)
        mean, covariance = advance(flt, start, rates[:excess])
        update = memory["update"] + excess
        return flt.states(now), supports(now), remembered(update, mean, covariance, rates[excess:])
    passed = loss.update - memory["update"]
    rest = rates[passed:]
    predicted = advance(flt, start, rates[:passed])
    updated = flt.take_in(predicted, loss.value)
    sound = is_sound(flt, updated)
    seen = updated if sound else predicted
    is_inside = sound and supports(seen)
    mean, covariance = advance(flt, predicted if not is_inside and supports(predicted) else seen, rest[:1])
    now = advance(flt, seen, rest)
    kept = remembered(loss.update + 1, mean, covariance, rest[1:])
    return flt.states(now), is_inside and supports(now), kept


def remembered(update: int, mean: list[float], covariance: list[float], rates: list[float]) -> dict[str, Json]:
    return {"update": update, "mean": mean, "covariance": covariance, "rates": rates}


# Arithmetic as IEEE 754 has it: no exceptions.


def exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0 else math.nan


def power(base: float, exponent: float) -> float:
    """base ** exponent of a base that is not negative."""
    try:
        return float(base**exponent)
    except (OverflowError, ZeroDivisionError):
        return math.inf


def divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)


# Reading: JSON, its canonical form, the schema, the rules.


def parse_json(text: str, source: str) -> Json:
    """JSON as the standard has it: neither NaN nor Infinity."""

    def refuse(name: str) -> float:
        raise HjbLrError("E_NOT_JSON", f"{source} holds {name}, which is no JSON.", "Write finite numbers.")

    def integer(digits: str) -> float:
        value = int(digits)
        return value if abs(value) <= 2**53 else float(value)

    try:
        return json.loads(text, parse_constant=refuse, parse_int=integer)
    except (json.JSONDecodeError, RecursionError, OverflowError) as error:
        raise HjbLrError("E_NOT_JSON", f"{source} is not JSON: {error}.", "Give a policy.json.") from None


def canonical(value: Json, omit: frozenset[str] = VOLATILE_FIELDS) -> str:
    """JSON with sorted keys, without blanks and without the outermost fields of the clock: what `policy_id` is the SHA-256 of.

    >>> canonical({"b": [1.0, 1e21, 1e-7], "a": {"host": "\\u00e9"}, "host": "left out"})
    '{"a":{"host":"é"},"b":[1,1e+21,1e-7]}'
    """
    if isinstance(value, dict):
        keys = sorted((k for k in value if k not in omit), key=lambda k: k.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{text_of(key)}:{canonical(value[key], frozenset())}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, frozenset()) for item in value) + "]"
    if isinstance(value, str):
        return text_of(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return number_text(value)


def text_of(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", written)


def number_text(value: float) -> str:
    """The shortest digits that give the number back, written as ECMAScript does (Number::toString)."""
    if value == 0:
        return "0"
    shortest, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, part = shortest.partition(".")
    mantissa = whole + part
    point = len(whole) + int(exponent or 0)
    digits = mantissa.lstrip("0")
    point -= len(mantissa) - len(digits)
    digits = digits.rstrip("0")
    return ("-" if value < 0 else "") + placed(digits, point)


def placed(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    sign, size = ("+", point - 1) if point > 0 else ("-", 1 - point)
    return f"{digits[0]}{'.' + digits[1:] if count > 1 else ''}e{sign}{size}"


def policy_id(body: Mapping[str, Json]) -> str:
    """SHA-256 of the canonical form of a file without its own `policy_id`."""
    rest = {key: value for key, value in body.items() if key != "policy_id"}
    return hashlib.sha256(canonical(rest).encode("utf-8")).hexdigest()


def require_kind_and_version(body: Json, source: str) -> None:
    kind = body.get("kind") if isinstance(body, dict) else None
    if kind != "policy":
        raise HjbLrError("E_KIND", f"{source} is no policy: its kind is {kind!r}.", 'Give a file of kind "policy".')
    version = version_of(body)
    if version is not None and version[0] != SCHEMA_VERSION[0]:
        is_newer = version[0] > SCHEMA_VERSION[0]
        raise HjbLrError(
            "E_VERSION",
            f"{source} has schema version {body['schema_version']}; this reader knows {SCHEMA_VERSION[0]}.x.",
            "Update hjb-lr." if is_newer else "Make the policy again: `hjb-lr solve coefficients.json --out FOLDER`.",
        )


def version_of(body: Mapping[str, Json]) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d+)\.(\d+)\.\d+", str(body.get("schema_version", "")))
    return None if found is None else (int(found[1]), int(found[2]))


def schema_issues(body: Json) -> Iterator[tuple[str, str]]:
    """What the published schema has against a file. Fields that a newer minor version adds are ignored."""
    file = Path(__file__).with_name("policy.schema.json")
    if not file.exists():
        raise HjbLrError(
            "E_NOT_FOUND", f"There is no {file}.", "Put hjb-lr's schema/policy.schema.json beside this module."
        )
    schema = SCHEMAS.get(file) or SCHEMAS.setdefault(file, json.loads(file.read_text(encoding="utf-8")))
    version = version_of(body)
    yield from Validator(schema, ignores_unknown=version is not None and version[1] > SCHEMA_VERSION[1]).check(
        schema, body, ""
    )


SCHEMAS: dict[Path, Json] = {}


class Validator:
    """The keywords of JSON Schema (2020-12) that the schema of a policy uses; any other keyword is an error here."""

    ANNOTATIONS = frozenset(("$schema", "title", "description", "default", "format", "then", "else"))

    def __init__(self, root: Json, ignores_unknown: bool) -> None:
        self.root = root
        self.ignores_unknown = ignores_unknown

    def is_valid(self, schema: Json, value: Json) -> bool:
        return next(iter(self.check(schema, value, "")), None) is None

    def check(self, schema: Json, value: Json, path: str) -> Iterator[tuple[str, str]]:
        if schema is True or schema is False:
            if schema is False:
                yield path, "is not expected"
            return
        for keyword, expected in schema.items():
            if keyword in self.ANNOTATIONS:
                continue
            rule = getattr(self, "check_" + keyword.strip("$"), None)
            if rule is None:
                raise HjbLrError("E_VERSION", f"The schema has the keyword {keyword}.", "Update hjb-lr.")
            yield from rule(expected, value, path, schema)

    def check_ref(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        target = self.root
        for step in str(expected).lstrip("#/").split("/"):
            target = target[step] if step else target
        yield from self.check(target, value, path)

    def check_defs(self, *_: Json) -> Iterator[tuple[str, str]]:
        yield from ()

    def check_type(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if not any(TYPES[name](value) for name in ([expected] if isinstance(expected, str) else expected)):
            yield path, f"expected {expected}"

    def check_const(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if type(value) is not type(expected) or value != expected:
            yield path, f"expected {expected!r}; got {value!r}"

    def check_enum(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if not any(type(value) is type(one) and value == one for one in expected):
            yield path, f"expected one of {expected}; got {value!r}"

    def check_minimum(self, expected: float, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if is_number(value) and value < expected:
            yield path, f"expected {expected} or more; got {value}"

    def check_maximum(self, expected: float, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if is_number(value) and value > expected:
            yield path, f"expected {expected} or less; got {value}"

    def check_exclusiveMinimum(self, expected: float, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if is_number(value) and value <= expected:
            yield path, f"expected more than {expected}; got {value}"

    def check_exclusiveMaximum(self, expected: float, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if is_number(value) and value >= expected:
            yield path, f"expected less than {expected}; got {value}"

    def check_pattern(self, expected: str, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and re.search(expected, value) is None:
            yield path, f"does not match {expected}"

    def check_minLength(self, expected: int, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and len(value) < expected:
            yield path, "is too short"

    def check_minItems(self, expected: int, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, list) and len(value) < expected:
            yield path, f"expected {expected} items or more"

    def check_maxItems(self, expected: int, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, list) and len(value) > expected:
            yield path, f"expected {expected} items or fewer"

    def check_uniqueItems(self, _: Json, value: Json, path: str, __: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, list) and len({canonical(item) for item in value}) < len(value):
            yield path, "names a value twice"

    def check_prefixItems(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, list):
            for i, (schema, item) in enumerate(zip(expected, value)):
                yield from self.check(schema, item, joined(path, i))

    def check_items(self, expected: Json, value: Json, path: str, schema: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, list):
            first = len(schema.get("prefixItems", []))
            if expected == {"type": "number"} and all(map(is_number, value)):
                return
            for i, item in enumerate(value[first:], first):
                yield from self.check(expected, item, joined(path, i))

    def check_contains(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, list) and not any(self.is_valid(expected, item) for item in value):
            yield path, f"must contain {expected}"

    def check_required(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            yield from ((joined(path, name), "is missing") for name in expected if name not in value)

    def check_properties(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name, schema in expected.items():
                if name in value:
                    yield from self.check(schema, value[name], joined(path, name))

    def check_propertyNames(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name in value:
                yield from self.check(expected, name, joined(path, name))

    def check_additionalProperties(
        self, expected: Json, value: Json, path: str, schema: Json
    ) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            return
        for name in value.keys() - schema.get("properties", {}).keys():
            if expected is not False:
                yield from self.check(expected, value[name], joined(path, name))
            elif not self.ignores_unknown:
                yield joined(path, name), "unknown field"

    def check_anyOf(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if not any(self.is_valid(schema, value) for schema in expected):
            yield from min(([*self.check(schema, value, path)] for schema in expected), key=len)

    def check_oneOf(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        found = [[*self.check(schema, value, path)] for schema in expected]
        if all(found):
            yield from min(found, key=len)
        elif sum(not issues for issues in found) > 1:
            yield path, "fits more than one form"

    def check_allOf(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        for schema in expected:
            yield from self.check(schema, value, path)

    def check_not(self, expected: Json, value: Json, path: str, _: Json) -> Iterator[tuple[str, str]]:
        if self.is_valid(expected, value):
            yield path, "is not allowed"

    def check_if(self, expected: Json, value: Json, path: str, schema: Json) -> Iterator[tuple[str, str]]:
        yield from self.check(schema.get("then" if self.is_valid(expected, value) else "else", True), value, path)


def joined(path: str, step: str | int) -> str:
    return f"{path}.{step}" if path else str(step)


def is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


TYPES: Mapping[str, Callable[[Json], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": is_number,
    "integer": lambda value: is_number(value) and float(value).is_integer(),
}


def rule_issues(body: Json) -> Iterator[tuple[str, str]]:
    """What the schema cannot say (rules R4 to R17)."""
    names: list[str] = []
    spec = body["filter"]
    if spec is not None:
        names = spec["names"] if spec["kind"] == "weights" else [*FILTERS[spec["kind"]].names]
        if spec["kind"] != "weights" and not is_covariance(spec["initial"]["covariance"]):
            yield "filter.initial.covariance", "must be symmetric, not negative"
    for name, control in body["controls"].items():
        yield from control_issues(f"controls.{name}", name, control, ["time", *names])
    for name, (low, high) in body["support"].items():
        if name not in names and spec is not None:
            yield f"support.{name}", "is none of the states"
        if not low < high and spec is not None:
            yield f"support.{name}", "must be an interval [low, high]"
    shown = body["input"]
    if shown is not None and shown["cadence_updates"] > shown["max_age_updates"]:
        yield "input.max_age_updates", "must be at least cadence_updates"


def control_issues(path: str, name: str, control: Json, axes: Sequence[str]) -> Iterator[tuple[str, str]]:
    known = CONTROLS.get(name)
    if known is None:
        yield path, f"is none of the controls that this reader knows: {', '.join(CONTROLS)}"
        return
    guards, loop, table = control["guards"], control["open_loop"], control["table"]
    if control["unit"] != known.unit:
        yield f"{path}.unit", f'must be "{known.unit}"'
    if guards["min"] > guards["max"]:
        yield f"{path}.guards.min", "must not exceed max"
    for end in ("min", "max"):
        if not known.is_legal(guards[end]):
            yield f"{path}.guards.{end}", f"{guards[end]} is no legal value of this control"
    if known.is_integer and guards["warmup_updates"] > 0:
        yield f"{path}.guards.warmup_updates", "must be 0: a warm-up would leave the whole numbers"
    for i, value in enumerate(loop["values"]):
        if not known.is_legal(value):
            yield f"{path}.open_loop.values.{i}", f"{value} is no legal value of this control"
    if len(loop["values"]) != len(loop["updates"]):
        yield f"{path}.open_loop.values", "must hold one value per update"
    if not is_increasing(loop["updates"]):
        yield f"{path}.open_loop.updates", "must increase strictly"
    if table is not None:
        yield from table_issues(f"{path}.table", table, axes)


def table_issues(path: str, table: Json, axes: Sequence[str]) -> Iterator[tuple[str, str]]:
    found = [axis["name"] for axis in table["axes"]]
    if found != list(axes):
        yield f"{path}.axes", f"must be {', '.join(axes)}; got {', '.join(found)}"
    for i, axis in enumerate(table["axes"]):
        if not is_increasing(axis["grid"]):
            yield f"{path}.axes.{i}.grid", "must increase strictly"
        if axis.get("coordinate") == "log" and axis["grid"][0] <= 0:
            yield f"{path}.axes.{i}.grid", "must be positive on a log axis"
    if len(table["values"]) != math.prod(len(axis["grid"]) for axis in table["axes"]):
        yield f"{path}.values", "must hold one value for each node of the axes"


def is_increasing(values: Sequence[float]) -> bool:
    return all(a < b for a, b in zip(values, values[1:]))


def is_covariance(rows: Sequence[Sequence[float]]) -> bool:
    """Symmetric, and not negative: of one or two states."""
    if len(rows) == 1:
        return rows[0][0] >= 0
    (a, b), (c, d) = rows
    return b == c and a >= 0 and d >= 0 and a * d >= b * b


def state_issues(body: Json, state: Json) -> Iterator[tuple[str, str]]:
    """What makes a value no state of this policy."""
    try:
        schedule, clip = state["schedule"], state["clip"]
        updates, memory, observed = schedule["updates"], schedule["filter"], schedule["observed"]
        guarded, missing, trouble = schedule["guarded"], schedule["missing"], schedule["trouble"]
        names = {"policy_id", "clipped", "clip", "schedule"}, {
            "updates", "filter", "observed", "missing", "trouble", "guarded"
        }  # fmt: skip
        if set(state) != names[0] or set(schedule) != names[1]:
            yield "", "must hold the fields of a state, and no others"
        if state["policy_id"] != body["policy_id"]:
            yield "policy_id", "is that of another policy"
        if not (all(map(is_count, (updates, missing, observed + 1))) and observed < max(updates, 0.5)):
            yield "schedule", "must hold counts of updates"
        if not (clip is None or (is_number(clip) and clip >= 0)) or not isinstance(state["clipped"], bool):
            yield "clip", "must be the norm that the clip remembers, or null"
        if trouble not in (None, "nan", "inf", "negative"):
            yield "schedule.trouble", "must be nan, inf, negative or null"
        if (guarded is None) != (updates == 0) or (
            guarded is not None
            and not (set(guarded) == set(body["controls"]) and all(map(is_number, guarded.values())))
        ):
            yield "schedule.guarded", "must hold a number for every control, once an update was decided"
        flt = create_filter(body["filter"])
        if (flt is None) != (memory is None):
            yield "schedule.filter", "does not fit the filter of the policy"
        if flt is not None and memory is not None:
            size = len(flt.names)
            numbers = [*memory["mean"], *memory["covariance"], *memory["rates"]]
            fits = len(memory["mean"]) == size and len(memory["covariance"]) == size * size
            if not fits or not all(map(is_number, numbers)) or memory["update"] + len(memory["rates"]) != updates:
                yield "schedule.filter", "does not fit the filter of the policy and its updates"
    except (TypeError, KeyError, AttributeError) as error:
        yield "", f"lacks a field of a state: {error}"


def is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def number(value: object, name: str) -> float:
    """A real number; not a bool, a text, a list or a tensor."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    raise HjbLrError(
        "E_INVALID",
        f"{name} must be a number or None; got {type(value).__name__}.",
        "Give the number itself: a tensor has it as loss.item().",
        [(name, "expected a number or None")],
    )


# The file's own test vectors.

WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def log_number(value: float | str) -> float:
    return WORDS[value] if isinstance(value, str) else value


def vector_failure(policy: Policy, test: Json) -> str | None:
    """The first disagreement with a test vector; None where every number agrees to 1e-9 and every reason exactly."""
    decisions, factors = follow_vector(policy, test)
    for i, (controls, reason) in enumerate(decisions):
        expected = {name: values[i] for name, values in test["controls"].items()}
        if reason != test["reasons"][i]:
            return f"entry {i}: expected {test['reasons'][i]}; got {reason}"
        if controls.keys() != expected.keys() or not all(is_close(controls[n], expected[n]) for n in expected):
            return f"entry {i}: expected {expected}; got {controls}"
    for i, (factor, wanted) in enumerate(zip(factors, test.get("clip_factors", []))):
        if not is_close(factor, wanted):
            return f"entry {i}: expected the factor {wanted}; got {factor}"
    return None if len(decisions) == len(test["reasons"]) else "another number of decisions"


def follow_vector(policy: Policy, test: Json) -> tuple[list[Decision], list[float]]:
    """This reader's decisions and clip factors along a test vector."""
    updates = test.get("updates", policy.horizon)
    state = test.get("state")
    shown = test["observations"]
    if "weights_state" in policy.requires:
        rule = policy.weights_rule(updates)
        first = 0 if state is None else state["schedule"]["updates"]
        return [rule.decide(first + i, [*map(log_number, theta)]) for i, theta in enumerate(shown)], []
    run = PolicyRun(policy, updates)
    run._warn = lambda *_: None  # type: ignore[method-assign]
    if state is not None:
        run.restore({"policy_id": policy.body["policy_id"], **state})
    decisions, factors = [], []
    norms = test.get("gradient_norms")
    for i, loss in enumerate(shown):
        observed = None
        if isinstance(loss, dict):
            observed = Observed(log_number(loss["value"]), int(loss["update"]))
        elif loss is not None and run.update > 0:
            observed = Observed(log_number(loss), run.update - 1)
        name = policy.observes
        decisions.append(run.before_update(None if name is None else {name: observed}))
        if norms is None:
            run._clipped = True
        else:
            factors.append(run.clip(log_number(norms[i])))
    return decisions, factors


def is_close(actual: float, expected: float) -> bool:
    return abs(actual - expected) <= 1e-9 * abs(expected)
