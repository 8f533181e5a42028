"""Policies of hjb-lr in JAX: a stateful schedule under jit, the clip, SGD that follows a policy, and Schedule-Free.

    optimizer = follow_policy("policy.json", updates=800)                 # in place of optax.sgd
    state = optimizer.init(params)
    ...
    loss, grads = jax.value_and_grad(robust_loss)(params, batch)
    updates, state = optimizer.update(grads, state, params, value=loss)   # the loss of this very update
    params = optax.apply_updates(params, updates)

The rate of update k follows from the losses of updates up to k - 1, as everywhere: a loss that is given with update k is looked at from
update k + 1 on. Numbers have JAX's default precision. With `jax_enable_x64` they are those of `hjb_lr.PolicyRun`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from .policy import (
    CONTROLS,
    HjbLrError,
    Policy,
    bracket,
    is_past_horizon,
    log,
    open_loop_value,
    policy_time,
)

Json = Any
Tree = Any

CONDITIONS = ("", "nan", "inf", "negative", "missing", "out_of_support")
NAN, INF, NEGATIVE, MISSING, OUT = range(1, 6)
"""What keeps a policy from following its table, by its number; 0 is nothing."""

REASONS = (
    *("open_loop", "table", "hold:horizon"),
    *(f"hold:{name}" for name in CONDITIONS[1:]),
    *(f"fallback:{name}" for name in CONDITIONS[1:]),
    *("limit:ratio", "clamp:min", "clamp:max", "warmup"),
)
OPEN_LOOP, TABLE, HORIZON = range(3)
HOLD, FALLBACK = 2, 7
"""A reason for condition c has the number HOLD + c or FALLBACK + c."""
RATIO, LOW, HIGH, WARMUP = range(13, 17)

UNSET = -1.0
"""The clip remembers no norm yet."""


class ScheduleState(NamedTuple):
    """The decision for the coming update, and what the policy remembers of its run.

    `updates` is the number of updates decided, the coming one among them. Mean and covariance of the filter stand before update `first`, and
    `rates` are those of the updates from there on.
    """

    updates: Array
    first: Array
    mean: Array
    covariance: Array
    rates: Array
    observed: Array
    missing: Array
    trouble: Array
    guarded: Array
    controls: Array
    reasons: Array


class PolicySchedule:
    """A policy as a stateful schedule of optax (`optax.schedules.StatefulSchedule`); all its methods are pure.

        schedule = PolicySchedule("policy.json", updates=800)
        state = schedule.init()
        rate = schedule(state)                        # of the coming update; schedule.controls(state) has all controls
        state = schedule.update(state, value=loss)    # after it, with its loss

    `optax.inject_hyperparams(optax.sgd)(learning_rate=schedule)` takes it as it is; `follow_policy` also clips. Under jit nothing can be
    said along the way: look at `schedule.reason(state)` now and then.

    Raises what `Policy.start` raises.
    """

    def __init__(
        self, policy: Policy | str | Path, updates: int | None = None, provides: Sequence[str] = ()
    ) -> None:
        self.policy = policy if isinstance(policy, Policy) else Policy.load(policy)
        run = self.policy.start(updates, provides)
        body = self.policy.body
        self.run_length = run.updates
        self.names: tuple[str, ...] = tuple(body["controls"])
        self._dtype = jnp.result_type(float)
        self._filter = _filter_of(body["filter"])
        self._initial = body["filter"]["initial"] if self._filter is not None else {"mean": [], "covariance": []}
        self._age: int = 1 if body["input"] is None else body["input"]["max_age_updates"]
        self._end: int = run.updates if body["time"]["stretch"] == "scale" else body["time"]["horizon"]
        self._listed = jnp.asarray([name in body["fallback"]["on"] for name in CONDITIONS])
        self._most_missing: int = body["fallback"]["max_consecutive_missing"]
        names = () if self._filter is None else self._filter.names
        bounds = [body["support"].get(name, (-math.inf, math.inf)) for name in names]
        self._support = self._numbers(np.asarray(bounds, dtype=np.float64).reshape(len(names), 2))
        self._controls = [_Control(self, name, control) for name, control in body["controls"].items()]

    def init(self) -> ScheduleState:
        """The state before the run, with the decision for update 0."""
        return jax.jit(self._start)()

    def _start(self) -> ScheduleState:
        zero = jnp.zeros((), jnp.int32)
        covariance = [c for row in self._initial["covariance"] for c in row]
        nothing = jnp.zeros(len(self.names), jnp.int32)
        blank = ScheduleState(
            updates=zero, first=zero,
            mean=self._numbers(self._initial["mean"]), covariance=self._numbers(covariance),
            rates=self._numbers(np.zeros(self._age)),
            observed=zero - 1, missing=zero, trouble=zero,
            guarded=self._numbers(nothing), controls=self._numbers(nothing), reasons=nothing,
        )  # fmt: skip
        return self._decide(blank, None, zero - 1)

    def __call__(self, state: ScheduleState, **_: Any) -> Array:
        """The learning rate of the coming update."""
        return state.controls[self.names.index("learning_rate")]

    def controls(self, state: ScheduleState) -> dict[str, Array]:
        """All controls of the coming update."""
        return {name: state.controls[i] for i, name in enumerate(self.names)}

    def reason(self, state: ScheduleState) -> str:
        """Why, in the words of `PolicyRun`; not under jit."""
        found = {name: REASONS[int(code)] for name, code in zip(self.names, state.reasons)}
        first = found.pop("learning_rate")
        return "; ".join([first, *(f"{n} {r}" for n, r in found.items() if r.startswith(("limit:", "clamp:")))])

    def update(
        self,
        state: ScheduleState,
        *,
        value: Array | float | None = None,
        value_update: Array | int | None = None,
        skipped: Array | bool = False,
        **_: Any,
    ) -> ScheduleState:
        """The state after the update that was decided, with the decision for the next one.

        `value` is its loss; None, or `value_update` -1, where none was measured. `value_update` is the update of an older loss. `skipped` says
        that the update made no step. NaN and infinities are answered.
        """
        last = state.updates - 1
        if self._filter is not None:
            place = jnp.clip(last - state.first, 0, self._age - 1)
            zero = jnp.logical_and(skipped, last >= state.first)
            state = state._replace(rates=state.rates.at[place].set(jnp.where(zero, 0, state.rates[place])))
        loss = None if value is None else jnp.asarray(value, self._dtype)
        return self._decide(state, loss, last if value_update is None else jnp.asarray(value_update, jnp.int32))

    def json(self, state: ScheduleState, clip: Array | float = UNSET) -> Json:
        """The state as `PolicyRun.state()` writes it between `before_update` and `clip`; not under jit."""
        updates, first, memory = int(state.updates), int(state.first), None
        if self._filter is not None:
            memory = {"update": first, "mean": state.mean.tolist(), "covariance": state.covariance.tolist()}
            memory["rates"] = state.rates[: updates - first].tolist()
        schedule = {
            "updates": updates,
            "filter": memory,
            "observed": int(state.observed),
            "missing": int(state.missing),
            "trouble": CONDITIONS[int(state.trouble)] or None,
            "guarded": dict(zip(self.names, state.guarded.tolist())),
        }
        limit = float(clip)
        return {
            "policy_id": self.policy.body["policy_id"],
            "clipped": False,
            "clip": None if limit < 0 else limit,
            "schedule": schedule,
        }

    def _numbers(self, values: Any) -> Array:
        return jnp.asarray(values, self._dtype)

    def _decide(self, state: ScheduleState, loss: Array | None, m: Array) -> ScheduleState:
        """The decision for update k, from the loss of update m (docs/policy-format.md, "How update k is decided")."""
        k = state.updates
        if self._filter is None:
            condition, is_new = jnp.zeros((), jnp.int32), jnp.asarray(False)
            states: Array | None = None
        else:
            state, states, condition, is_new = self._filtered(self._filter, state, loss, m)
        decided = [
            control.decide(k, condition, is_new, self._listed[condition], state.missing, states, state.guarded[i])
            for i, control in enumerate(self._controls)
        ]
        guarded, controls, reasons = (jnp.stack(column) for column in zip(*decided))
        rates = state.rates
        if self._filter is not None:
            rate = controls[self.names.index("learning_rate")]
            rates = rates.at[jnp.clip(k - state.first, 0, self._age - 1)].set(rate)
        return state._replace(updates=k + 1, rates=rates, guarded=guarded, controls=controls, reasons=reasons)

    def _filtered(
        self, flt: _Filter, state: ScheduleState, loss: Array | None, m: Array
    ) -> tuple[ScheduleState, Array, Array, Array]:
        """Step 1: what is remembered, the mean of the states of update k, the condition, and whether a loss was shown."""
        k, age = state.updates, self._age
        count = k - state.first
        before = (state.mean, state.covariance)
        excess = jnp.maximum(0, count - age + 1)
        remembered = _advance(flt, before, state.rates, 0, excess)
        now = _advance(flt, remembered, state.rates, excess, count)
        supported, passed = self._supports(now), excess
        is_new = jnp.asarray(False)
        if loss is not None:
            is_new = (m >= 0) & (m > state.observed) & (m < k) & (k - m <= age)
            is_usable = is_new & jnp.isfinite(loss) & (loss > 0)
            seen, after, later, inside = self._taken_in(flt, before, state.rates, m - state.first, count, loss)
            remembered = _where(is_usable, after, remembered)
            now = _where(is_usable, later, now)
            supported = jnp.where(is_usable, inside & self._supports(later), supported)
            passed = jnp.where(is_usable, m - state.first + 1, passed)
            found = jnp.where(jnp.isnan(loss), NAN, jnp.where(jnp.isinf(loss), INF, jnp.where(loss <= 0, NEGATIVE, 0)))
            trouble = jnp.where(is_new, found, state.trouble).astype(jnp.int32)
            state = state._replace(observed=jnp.where(is_new, m, state.observed), trouble=trouble)
        mean, covariance = remembered
        stale = k - state.observed > age
        condition = jnp.where(
            stale, MISSING, jnp.where(state.trouble > 0, state.trouble, jnp.where(supported, 0, OUT))
        ).astype(jnp.int32)
        state = state._replace(
            first=state.first + passed, mean=mean, covariance=covariance, rates=jnp.roll(state.rates, -passed),
            missing=jnp.where(condition == MISSING, state.missing + 1, 0).astype(jnp.int32),
        )  # fmt: skip
        return state, now[0], condition, is_new

    def _taken_in(
        self, flt: _Filter, before: _Filtered, rates: Array, passed: Array, count: Array, loss: Array
    ) -> tuple[_Filtered, _Filtered, _Filtered, Array]:
        """With the loss taken in before the rate at `passed`: the state there, what is remembered after it, the state of the decision, and
        whether the state there is supported."""
        predicted = _advance(flt, before, rates, 0, passed)
        updated = flt.take_in(predicted, loss)
        sound = _is_sound(updated)
        seen = _where(sound, updated, predicted)
        inside = sound & self._supports(seen)
        kept = _where(~inside & self._supports(predicted), predicted, seen)
        until = jnp.minimum(passed + 1, count)
        return seen, _advance(flt, kept, rates, passed, until), _advance(flt, seen, rates, passed, count), inside

    def _supports(self, state: _Filtered) -> Array:
        x = jnp.exp(state[0])
        return jnp.all(jnp.isfinite(x) & (self._support[:, 0] <= x) & (x <= self._support[:, 1]))


class _Control:
    """Steps 2 to 5 for one control. What depends on the update alone is computed beforehand, for every update, in double precision."""

    def __init__(self, schedule: PolicySchedule, name: str, control: Json) -> None:
        body = schedule.policy.body
        self.guards = {name: float(value) for name, value in control["guards"].items()}
        self.is_integer = CONTROLS[name].is_integer
        self.halves = name == "learning_rate"
        self.length = max(schedule.run_length, int(body["time"]["horizon"]))
        times = [policy_time(body["time"], k, schedule.run_length) for k in range(self.length)]
        numbers = schedule._numbers
        self.open_loop = numbers([open_loop_value(control["open_loop"], time) for time in times])
        self.table = None if control["table"] is None else _Table(control["table"], times, numbers)
        self.end = schedule._end
        self.most_missing = schedule._most_missing
        assert is_past_horizon(body["time"], self.end, schedule.run_length)

    def decide(
        self, k: Array, condition: Array, is_new: Array, listed: Array, missing: Array, states: Array | None, last: Array
    ) -> tuple[Array, Array, Array]:
        """The guarded value, the value, and the reason of update k."""
        has_last, at = k > 0, jnp.minimum(k, self.length - 1)
        loop = self.open_loop[at]
        value, reason = loop, jnp.asarray(OPEN_LOOP)
        if states is not None and self.table is not None:
            follows = (condition == 0) | ((condition == OUT) & ~listed)
            waits = (condition == MISSING) & (missing <= self.most_missing)
            holds = has_last & (~listed | waits)
            value = jnp.where(follows, self.table.at(at, states), jnp.where(holds, last, loop))
            reason = jnp.where(follows, TABLE, jnp.where(holds, HOLD, FALLBACK) + condition)
        past = (k >= self.end) & has_last
        value, reason = jnp.where(past, last, value), jnp.where(past, HORIZON, reason)
        bad = ((condition == NAN) | (condition == INF)) & listed
        holds = ~is_new & has_last
        halved = jnp.where(has_last, last, loop) / (2 if self.halves else 1)
        value = jnp.where(bad, jnp.where(holds, last, halved), value)
        reason = jnp.where(bad, jnp.where(holds, HOLD, FALLBACK) + condition, reason)
        emergency = bad & ~holds if self.halves else jnp.asarray(False)
        return self._guard(k, value, reason, last, has_last & ~emergency)

    def _guard(
        self, k: Array, value: Array, reason: Array, last: Array, limits: Array
    ) -> tuple[Array, Array, Array]:
        guards = self.guards
        up = jnp.where(last == 0, jnp.inf, last * guards["max_up_ratio_per_update"])
        bounded = jnp.minimum(jnp.maximum(value, last / guards["max_down_ratio_per_update"]), up)
        limited = jnp.where(limits, bounded, value)
        clamped = jnp.clip(limited, guards["min"], guards["max"])
        is_exception = (reason >= HORIZON) & (reason < RATIO)
        moved = jnp.where(_is_same(clamped, limited), RATIO, jnp.where(clamped > limited, LOW, HIGH))
        reason = jnp.where(_is_same(clamped, value) | is_exception, reason, moved)
        warmup = guards["warmup_updates"]
        result = clamped
        if warmup > 0:
            result = jnp.where(k < warmup, clamped * (k + 1) / warmup, clamped)
            reason = jnp.where((k < warmup) & ~is_exception, WARMUP, reason)
        if self.is_integer:
            below = jnp.floor(result)
            result = jnp.where(result - below < 0.5, below, below + 1)
        return clamped, result, reason.astype(jnp.int32)


def _is_same(guarded: Array, value: Array) -> Array:
    """Whether a guard moved a value by no more than its rounding."""
    rounding = max(1e-12, 4 * float(jnp.finfo(guarded.dtype).eps))
    return jnp.abs(guarded - value) <= rounding * jnp.abs(guarded)


class _Table:
    """A table over time and states, as arrays. The cell of every update along the time axis is computed beforehand."""

    def __init__(self, table: Json, times: Sequence[float], numbers: Callable[[Any], Array]) -> None:
        time, *axes = table["axes"]
        cells = [bracket(time.get("coordinate", "identity"), time["grid"], s) for s in times]
        self.cell = jnp.asarray([i for i, _ in cells], jnp.int32)
        self.share = numbers([share for _, share in cells])
        self.sizes = [len(axis["grid"]) for axis in table["axes"]]
        self.is_log = [axis.get("coordinate") == "log" for axis in axes]
        self.grids = [
            numbers([log(x) for x in axis["grid"]] if is_log else axis["grid"])
            for axis, is_log in zip(axes, self.is_log)
        ]
        self.values = numbers(table["values"])
        self.nearest = table["interpolation"] == "nearest"
        self.in_log = table["value_scale"] == "log"

    def at(self, at: Array, mean: Array) -> Array:
        """The value at update `at` and the states whose logarithms are `mean`."""
        cells = [(self.cell[at], self.share[at])]
        for i, grid in enumerate(self.grids):
            cells.append(_cell(grid, mean[i] if self.is_log[i] else jnp.exp(mean[i])))
        if self.nearest:
            value = self.values[self._offset([i + (share > 0.5) for i, share in cells])]
        else:
            value = jnp.zeros((), self.values.dtype)
            for corner in range(1 << len(cells)):
                uppers = [(corner >> d) & 1 for d in range(len(cells))]
                weight = math.prod((share if up else 1 - share for (_, share), up in zip(cells, uppers)), start=1.0)
                places = [jnp.minimum(i + up, size - 1) for (i, _), up, size in zip(cells, uppers, self.sizes)]
                value = value + weight * self.values[self._offset(places)]
        return jnp.exp(value) if self.in_log else value

    def _offset(self, places: Sequence[Array]) -> Array:
        offset = jnp.zeros((), jnp.int32)
        for size, place in zip(self.sizes, places):
            offset = offset * size + place
        return offset


def _cell(grid: Array, x: Array) -> tuple[Array, Array]:
    """The cell of x on a grid and the share of the way to its upper node, clamped to the ends."""
    if len(grid) == 1:
        return jnp.zeros((), jnp.int32), jnp.zeros((), grid.dtype)
    i = jnp.clip(jnp.searchsorted(grid, x, side="right") - 1, 0, len(grid) - 2).astype(jnp.int32)
    return i, jnp.clip((x - grid[i]) / (grid[i + 1] - grid[i]), 0, 1)


# Filters (docs/policy-format.md, "Filters"): extended Kalman filters in the logarithms of the states.

_Filtered = tuple[Array, Array]


class _Filter(NamedTuple):
    names: tuple[str, ...]
    predict: Callable[[_Filtered, Array], _Filtered]
    take_in: Callable[[_Filtered, Array], _Filtered]


def _loss_alone(par: Mapping[str, float]) -> _Filter:
    p, q, scale = par["slow_exponent"], par["process_deviation"], par["rate_scale"]

    def predict(state: _Filtered, u: Array) -> _Filtered:
        (x,), (p00,) = state
        excess = jnp.exp(x)
        decay = u * par["slow_rate"] * excess ** (p - 1)
        gain = u * u * par["noise_gain"]
        noise = gain * (1 + par["floor"] / excess)
        kept = jnp.exp(-decay)
        has_noise = noise != 0
        # ln(K + N), as accurate where both are nearly 1 and 0
        following = x + jnp.where(has_noise, jnp.log1p(jnp.expm1(-decay) + noise), -decay)
        slope = 1 - (p - 1) * decay
        f = jnp.where(has_noise, (kept * slope + gain) / (kept + noise), slope)
        return jnp.stack([following]), jnp.stack([f * f * p00 + (u / scale) ** 2 * q * q])

    def take_in(state: _Filtered, y: Array) -> _Filtered:
        (x,), (p00,) = state
        h = jnp.exp(x)
        loss = par["floor"] + h
        r = (par["observation_deviation"] * loss) ** 2
        gain = p00 * h / (h * h * p00 + r)
        rest = 1 - gain * h
        return jnp.stack([x + gain * (y - loss)]), jnp.stack([rest * rest * p00 + gain * gain * r])

    return _Filter(("excess",), predict, take_in)


def _slow_noise_memory(par: Mapping[str, float]) -> _Filter:
    p, scale = par["slow_exponent"], par["rate_scale"]
    q_slow, q_noise = par["slow_process_deviation"], par["noise_process_deviation"]

    def predict(state: _Filtered, u: Array) -> _Filtered:
        (s, v), (p00, p01, _, p11) = state
        slow, held = jnp.exp(s), jnp.exp(v)
        loss = par["floor"] + slow + held
        decay = u * par["slow_rate"] * slow ** (p - 1)
        kept = (1 - jnp.minimum(u * par["memory_rate"], 1)) ** 2
        gain = u * u * par["noise_gain"]
        noise = held * kept + gain * loss
        bound = 1e-12 * loss
        bounded = noise < bound
        following = jnp.where(bounded, bound, noise)
        f00 = 1 - (p - 1) * decay
        f10 = jnp.where(bounded, 0, gain * slow / following)
        f11 = jnp.where(bounded, 0, (kept + gain) * held / following)
        share = (u / scale) ** 2
        c00 = f00 * f00 * p00 + share * q_slow * q_slow
        c01 = f00 * (f10 * p00 + f11 * p01)
        c11 = f10 * f10 * p00 + 2 * f10 * f11 * p01 + f11 * f11 * p11 + share * q_noise * q_noise
        return jnp.stack([s - decay, jnp.log(following)]), jnp.stack([c00, c01, c01, c11])

    def take_in(state: _Filtered, y: Array) -> _Filtered:
        (s, v), (p00, p01, _, p11) = state
        h_slow, h_noise = jnp.exp(s), jnp.exp(v)
        loss = par["floor"] + h_slow + h_noise
        r = (par["observation_deviation"] * loss) ** 2
        ph_slow, ph_noise = p00 * h_slow + p01 * h_noise, p01 * h_slow + p11 * h_noise
        variance = h_slow * ph_slow + h_noise * ph_noise + r
        k_slow, k_noise = ph_slow / variance, ph_noise / variance
        a00, a01 = 1 - k_slow * h_slow, -k_slow * h_noise
        a10, a11 = -k_noise * h_slow, 1 - k_noise * h_noise
        c00 = a00 * a00 * p00 + 2 * a00 * a01 * p01 + a01 * a01 * p11 + k_slow * k_slow * r
        c01 = a00 * a10 * p00 + (a00 * a11 + a01 * a10) * p01 + a01 * a11 * p11 + k_slow * k_noise * r
        c11 = a10 * a10 * p00 + 2 * a10 * a11 * p01 + a11 * a11 * p11 + k_noise * k_noise * r
        innovation = y - loss
        mean = jnp.stack([s + k_slow * innovation, v + k_noise * innovation])
        return mean, jnp.stack([c00, c01, c01, c11])

    return _Filter(("slow", "noise"), predict, take_in)


_FILTERS: Mapping[str, Callable[[Mapping[str, float]], _Filter]] = {
    "loss_alone": _loss_alone,
    "slow_noise_memory": _slow_noise_memory,
}


def _filter_of(spec: Json) -> _Filter | None:
    if spec is None:
        return None
    return _FILTERS[spec["kind"]]({name: float(value) for name, value in spec["parameters"].items()})


def _where(condition: Array, a: _Filtered, b: _Filtered) -> _Filtered:
    return jnp.where(condition, a[0], b[0]), jnp.where(condition, a[1], b[1])


def _is_sound(state: _Filtered) -> Array:
    x = jnp.exp(state[0])
    return jnp.all(jnp.isfinite(state[0]) & jnp.isfinite(x) & (x > 0)) & jnp.all(jnp.isfinite(state[1]))


def _advance(flt: _Filter, state: _Filtered, rates: Array, low: Array | int, high: Array) -> _Filtered:
    """Predictions under the rates from place `low` to before `high`; one that is not sound leaves the state as it was."""

    def step(i: Array, now: _Filtered) -> _Filtered:
        following = flt.predict(now, rates[i])
        return _where(_is_sound(following), following, now)

    done: _Filtered = jax.lax.fori_loop(low, high, step, state)
    return done


# Gradient transformations.


def clip_step(clip: Json, limit: Array, norm: Array) -> tuple[Array, Array]:
    """The factor of a gradient with this norm, and the clip's memory for the next one (UNSET before the first)."""
    finite = jnp.isfinite(norm)
    if clip is None:
        return jnp.where(finite, jnp.ones_like(norm), 0), limit
    if clip.get("kind", "ratchet") == "norm":
        return jnp.where(finite, jnp.minimum(1, clip["maximum"] / (norm + 1e-6)), 0), limit
    start = jnp.where(limit < 0, norm, limit)
    factor = jnp.where(finite, jnp.where(norm > start, start / norm, 1), 0)
    memory = start + clip.get("gain", 0.05) * (jnp.minimum(norm, start) - start)
    nothing = (limit < 0) & (norm == 0)
    return factor, jnp.where(finite & ~nothing, memory, limit)


def gradient_norm(grads: Tree) -> Array:
    """The Euclidean norm of all gradients together, without overflow in their squares."""
    leaves = [jnp.abs(g) for g in jax.tree.leaves(grads) if g.size > 0]
    if not leaves:
        return jnp.zeros(())
    largest = jnp.max(jnp.stack([jnp.max(g) for g in leaves]))
    scale = jnp.where((largest > 0) & jnp.isfinite(largest), largest, 1)
    return scale * jnp.sqrt(sum((jnp.sum((g / scale) ** 2) for g in leaves), start=jnp.zeros(())))


def _scaled(grads: Tree, factor: Array) -> Tree:
    """The gradients times a factor, and zeros where it is 0, whatever they are."""
    return jax.tree.map(lambda g: jnp.where(factor == 0, jnp.zeros_like(g), (factor * g).astype(g.dtype)), grads)


def clip_by_policy(policy: Policy | str | Path) -> optax.GradientTransformation:
    """A policy's clip alone. A gradient that is not finite becomes 0. (`follow_policy` clips by itself.)

    optimizer = optax.chain(clip_by_policy(policy), optax.inject_hyperparams(optax.sgd)(learning_rate=PolicySchedule(policy)))
    """
    clip = (policy if isinstance(policy, Policy) else Policy.load(policy)).body["clip"]

    def init(_: Tree) -> Array:
        return jnp.asarray(UNSET)

    def update(grads: Tree, limit: Array, params: Tree = None) -> tuple[Tree, Array]:
        del params
        factor, following = clip_step(clip, limit, gradient_norm(grads))
        return _scaled(grads, factor), following

    return optax.GradientTransformation(init, update)


class FollowState(NamedTuple):
    """What `follow_policy` remembers: the schedule, the norm of the clip, and the state of the update rule."""

    schedule: ScheduleState
    clip: Array
    rule: Tree


def follow_policy(
    policy: Policy | str | Path | PolicySchedule, updates: int | None = None, provides: Sequence[str] = ()
) -> optax.GradientTransformationExtraArgs:
    """The update rule that the policy was made for (SGD or Schedule-Free), with its rate and its clip.

    `update(grads, state, params, value=loss)` takes the loss at which the gradients were taken. `state.schedule` has the controls of the coming
    update (`PolicySchedule.controls`). A gradient that is not finite makes no step.

    Raises HjbLrError for a policy of another update rule, and what `PolicySchedule` raises.
    """
    schedule = policy if isinstance(policy, PolicySchedule) else PolicySchedule(policy, updates, provides)
    body = schedule.policy.body
    rule = _rule_of(body["optimizer"])

    def init(params: Tree) -> FollowState:
        return FollowState(schedule.init(), jnp.asarray(UNSET), rule.init(params))

    def update(
        grads: Tree, state: FollowState, params: Tree = None, *,
        value: Array | float | None = None, value_update: Array | int | None = None, **_: Any,
    ) -> tuple[Tree, FollowState]:  # fmt: skip
        factor, limit = clip_step(body["clip"], state.clip, gradient_norm(grads))
        skipped = factor == 0
        controls = schedule.controls(state.schedule)
        moved, inner = rule.update(_scaled(grads, factor), state.rule, params, controls, skipped)
        following = schedule.update(state.schedule, value=value, value_update=value_update, skipped=skipped)
        return moved, FollowState(following, limit, inner)

    return optax.GradientTransformationExtraArgs(init, update)


class _Rule(NamedTuple):
    init: Callable[[Tree], Tree]
    update: Callable[[Tree, Tree, Tree, Mapping[str, Array], Array], tuple[Tree, Tree]]


def _rule_of(spec: Json) -> _Rule:
    name = spec.get("name", "sgd")
    if name == "sgd":
        return _sgd(spec)
    if name == "schedule_free":
        return _averaged({key: value for key, value in spec.items() if key != "name"})
    raise HjbLrError(
        "E_INVALID",
        f"This policy was made for {name}.",
        "Chain optax.inject_hyperparams(...)(learning_rate=PolicySchedule(policy)) after clip_by_policy(policy).",
    )


def _sgd(spec: Json) -> _Rule:
    """v <- momentum v + (g + weight_decay theta), theta <- theta - u v; with nesterov - u (g + momentum v)."""
    momentum, decay, nesterov = spec.get("momentum", 0), spec.get("weight_decay", 0), spec.get("nesterov", False)
    parts = [optax.add_decayed_weights(decay)] if decay else []
    parts += [optax.trace(momentum, nesterov)] if momentum else []
    inner = optax.chain(*parts) if parts else optax.identity()

    def update(
        grads: Tree, state: Tree, params: Tree, controls: Mapping[str, Array], skipped: Array
    ) -> tuple[Tree, Tree]:
        moved, following = inner.update(grads, state, params)
        rate = jnp.where(skipped, 0, controls["learning_rate"])
        kept = jax.tree.map(lambda a, b: jnp.where(skipped, a, b), state, following)
        return _scaled(moved, -rate), kept

    return _Rule(inner.init, update)


class ScheduleFreeState(NamedTuple):
    """x are the weights to use."""

    updates: Array
    weight_sum: Array
    largest_rate: Array
    x: Tree
    z: Tree


def schedule_free(
    learning_rate: float | Callable[[Array], Array],
    beta: float = 0.9,
    weight_decay: float = 0.0,
    weight_lr_power: float = 2.0,
    weight_update_power: float = 0.0,
) -> optax.GradientTransformationExtraArgs:
    """Schedule-Free SGD (Defazio et al. 2024, arXiv 2405.15682), as the policies `sf7`, `sf7k` and `recommended` mean it:

        g at y = x + (1 - beta) (z - x),  z <- z - u (g + weight_decay y),  w = (k + 1)^r max(u_0..u_k)^p,  W <- W + w,
        x <- x + (w / W) (z - x),   r = weight_update_power, p = weight_lr_power

    The parameters are y; `weights_to_use(state, params)` gives x. `update(..., averaging_weight=w)` takes another share in place of
    w / W. An update with the rate 0 moves nothing.
    """
    rule = _averaged({
        "beta": beta, "weight_decay": weight_decay, "weight_lr_power": weight_lr_power, "weight_update_power": weight_update_power,
    })  # fmt: skip

    def update(
        grads: Tree, state: ScheduleFreeState, params: Tree = None, *, averaging_weight: Array | float | None = None, **_: Any
    ) -> tuple[Tree, ScheduleFreeState]:
        rate = learning_rate(state.updates) if callable(learning_rate) else jnp.asarray(learning_rate)
        controls = {"learning_rate": rate}
        if averaging_weight is not None:
            controls["averaging_weight"] = jnp.asarray(averaging_weight)
        moved, following = rule.update(grads, state, params, controls, jnp.asarray(False))
        return moved, following

    return optax.GradientTransformationExtraArgs(rule.init, update)


def _averaged(spec: Json) -> _Rule:
    beta, decay = spec.get("beta", 0.9), spec.get("weight_decay", 0.0)
    power, growth = spec.get("weight_lr_power", 2.0), spec.get("weight_update_power", 0.0)

    def init(params: Tree) -> ScheduleFreeState:
        zero = jnp.zeros(())
        return ScheduleFreeState(jnp.zeros((), jnp.int32), zero, zero, params, params)

    def update(
        grads: Tree, state: ScheduleFreeState, params: Tree, controls: Mapping[str, Array], skipped: Array
    ) -> tuple[Tree, ScheduleFreeState]:
        if params is None:
            raise HjbLrError("E_USAGE", "Schedule-Free needs the parameters.", "Call update(grads, state, params).")
        rate = jnp.where(skipped, 0, controls["learning_rate"])
        moves = rate > 0
        count = state.updates + 1
        largest = jnp.maximum(state.largest_rate, rate)
        weight = jnp.where(moves, count.astype(rate.dtype) ** growth * largest**power, 0)
        total = state.weight_sum + weight
        share = controls.get("averaging_weight", weight / jnp.where(total > 0, total, 1))

        def step(g: Array, y: Array, x: Array, z: Array) -> tuple[Array, Array, Array]:
            new_z = z - rate * (g + decay * y)
            new_x = x + share * (new_z - x)
            new_y = new_x + (1 - beta) * (new_z - new_x)
            return tuple(jnp.where(moves, b, a).astype(y.dtype) for a, b in ((y, new_y), (x, new_x), (z, new_z)))  # type: ignore[return-value]

        done = jax.tree.map(step, grads, params, state.x, state.z)
        y, x, z = (jax.tree.map(lambda _, new, i=i: new[i], grads, done) for i in range(3))
        moved = jax.tree.map(lambda new, old: new - old, y, params)
        return moved, ScheduleFreeState(count, total, largest, x, z)

    return _Rule(init, update)


def weights_to_use(state: Tree, params: Tree) -> Tree:
    """The weights to score: x where Schedule-Free is anywhere in the state, otherwise the parameters."""
    is_averaged = lambda node: isinstance(node, ScheduleFreeState)  # noqa: E731
    found = [node for node in jax.tree.leaves(state, is_leaf=is_averaged) if is_averaged(node)]
    return found[0].x if found else params
