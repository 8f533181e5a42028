"""The pilot of hjb-lr in a PyTorch loop: it finds the peak rate, trains the identification runs, and gets a policy for them."""

from __future__ import annotations

import copy
import csv
import json
import math
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .policy import HjbLrError, Policy

StepFunction = Callable[[nn.Module, torch.Generator], Tensor]
Json = dict[str, Any]

MINIMUM_UPDATES = 30
"""Fewest updates of the D-Adaptation run."""
WINDOW, GROWTH = 0.4, 0.02
"""The D-Adaptation run ends when its estimate grew by less than GROWTH over the last WINDOW of its updates."""


class Pilot:
    """Short runs in a training loop of one's own, and the policy that follows from them.

    def step(model, generator):                       # the loss of one fresh minibatch, perturbed as the training will
        i = torch.randint(len(x), (64,), generator=generator)
        return F.cross_entropy(model(perturbed(model, x[i], y[i], generator)), y[i])

    policy = Pilot(step, lambda seed: Net(), horizon=800, batch_size=64, attack={"type": "pgd", "eps": .1, "steps": 5}, out="pilot").run()

    `step_fn(model, generator)` gives the loss of a minibatch; examples and noise must come from the generator or from PyTorch's
    global one, both of which the pilot seeds, so that runs which go on from one state see the same minibatches. `model_factory(seed)`
    gives a model with fresh weights. The model is trained by SGD, with a ratchet clip of that gain (`clip=None`: none), as it
    must be under the policy.

    In `out` are then `trajectories/*.jsonl`, the plan, `coefficients.json` and `policy.json`. A run whose log is whole is not trained again.
    `command` is how hjb-lr is called. Raises HjbLrError where a run diverges, where a state does not give the same loss twice, or where
    hjb-lr refuses.
    """

    def __init__(
        self,
        step_fn: StepFunction,
        model_factory: Callable[[int], nn.Module],
        *,
        horizon: int,
        batch_size: int,
        out: str | Path,
        attack: Mapping[str, Any] | None = None,
        optimizer: Mapping[str, Any] | None = None,
        clip: float | None = 0.05,
        multiple: float = 1.3,
        seed: int = 1,
        command: Sequence[str] = ("hjb-lr",),
    ) -> None:
        self.step_fn, self.model_factory = step_fn, model_factory
        self.horizon, self.batch_size, self.seed = horizon, batch_size, seed
        self.attack = None if attack is None else dict(attack)
        self.optimizer = {"name": "sgd", "momentum": 0.0, "nesterov": False, "weight_decay": 0.0, **(optimizer or {})}
        self.clip, self.multiple = clip, multiple
        self.out, self.command = Path(out), [*command]
        self.peak = math.nan

    def run(self) -> Policy:
        """Finds the peak, trains the identification runs, and calls `hjb-lr estimate` and `hjb-lr solve`."""
        reading, spent = self._read_peak()
        self.peak = self.multiple * (1 - self.optimizer["momentum"]) * reading
        for runs in self._families(spent):
            self._train_family(runs)
        trajectories = str(self.out / "trajectories")
        self._call("estimate", trajectories, "--out", str(self.out))
        self._call("solve", str(self.out / "coefficients.json"), "--out", str(self.out))
        return Policy.load(self.out / "policy.json")

    def _read_peak(self) -> tuple[float, int]:
        """The rate that D-Adaptation reads (Defazio & Mishchenko 2023, algorithm 4 without averaging), and its updates: with the
        first gradient g0 and loss L0, d = 1e-3 L0 / |g0|, r = 0, s = 0, in each update u = d / |g0|, r += u <g, s>, s += u g,
        d = max(d, 2 r / |s|), theta -= u g. It may take 10 % of the horizon."""
        updates = max(MINIMUM_UPDATES, math.floor(0.1 * self.horizon))
        header = self._header("reading", self.seed, updates, purpose="pilot/reading", optimizer={"name": "d_adaptation"}, clip=None)
        done = self._finished("reading", header)
        if done is None:
            done = self._write("reading", header, *self._d_adaptation(updates))
        return float(done["summary"]["reading"]), int(done["updates"])

    def _d_adaptation(self, updates: int) -> tuple[list[Json], Json]:
        model, generator = self._fresh(self.seed)
        weights = [p for p in model.parameters() if p.requires_grad]
        sums = [torch.zeros_like(p) for p in weights]
        rows: list[Json] = []
        history: list[float] = []
        d = first_norm = correlation = 0.0
        for k in range(updates):
            loss, norm = self._gradient(model, weights, generator)
            if k == 0:
                first_norm, d = norm, 1e-3 * loss / norm
            rate = d / first_norm
            rows.append(self._row(k, rate, loss, norm, 1.0))
            with torch.no_grad():
                for p, s in zip(weights, sums):
                    correlation += rate * float((_grad(p).double() * s.double()).sum())
                for p, s in zip(weights, sums):
                    s.add_(_grad(p), alpha=rate)
                    p.sub_(_grad(p), alpha=rate)
            d = max(d, 2 * correlation / _norm(sums))
            history.append(d)
            if len(history) >= MINIMUM_UPDATES and d / history[math.floor((1 - WINDOW) * len(history))] - 1 < GROWTH:
                break
        return rows, {"reason": "the reading", "summary": {"reading": d / first_norm, "distance": d}}

    def _families(self, spent: int) -> list[list[Json]]:
        """The runs of `hjb-lr pilot --plan`, each with those that fork from it."""
        plan = self.out / "plan"
        plan.mkdir(parents=True, exist_ok=True)
        attack = plan / "attack.json"
        attack.write_text(json.dumps(self.attack), encoding="utf-8")
        given = ["none"] if self.attack is None else [str(attack)]
        result = self._call(
            *["pilot", "--plan", "--peak", repr(self.peak), "--horizon", str(self.horizon), "--spent", str(spent)],
            *["--attack", *given, "--seed", str(self.seed), "--out", str(plan)],
        )
        families: dict[str, list[Json]] = {}
        for run in result["runs"]:
            with open(plan / f"{run['name']}.csv", encoding="utf-8", newline="") as file:
                rates = [float(row["lr"]) for row in csv.DictReader(file)]
            first = run["shares"]["run"] if run["shares"] else run["name"]
            families.setdefault(first, []).append({**run, "rates": rates})
        return [*families.values()]

    def _train_family(self, runs: list[Json]) -> None:
        """Trains a run, and from its state where they part the others, on the same minibatches."""
        trunk = max((run["shares"]["updates"] for run in runs if run["shares"]), default=0)
        headers = [self._run_header(run) for run in runs]
        if all(self._finished(run["name"], header) is not None for run, header in zip(runs, headers)):
            return
        first, *forks = runs
        state = _State(self, first["seed"])
        shared = state.train(first["rates"][:trunk], [])
        kept = state.copy()
        held = state.train(first["rates"][trunk:], shared)
        self._write(first["name"], headers[0], held, {})
        for run, header in zip(forks, headers[1:]):
            rows = kept.copy().train(run["rates"][trunk:], shared)
            if rows[trunk][self._column()] != held[trunk][self._column()]:
                raise HjbLrError(
                    "E_INVALID",
                    f"step_fn gave another loss from the same state: {rows[trunk][self._column()]}, not {held[trunk][self._column()]}.",
                    "Draw the minibatch and the noise from the generator that step_fn is given, and compute deterministically.",
                    [("step_fn", "expected the same loss from the same model and generator")],
                )
            self._write(run["name"], header, rows, {})

    def _run_header(self, run: Json) -> Json:
        header = self._header(run["name"], run["seed"], len(run["rates"]), optimizer=self.optimizer, clip=self._clip())
        if run["shares"] is None:
            return {**header, "purpose": "pilot/identification"}
        fork = {"run_id": run["shares"]["run"], "update": run["shares"]["updates"], "n_grad_evals": self._cost() * run["shares"]["updates"]}
        return {**header, "purpose": "pilot/decay", "forked_from": fork}

    def _header(self, name: str, seed: int, updates: int, **more: Any) -> Json:
        model = {"kind": "training_log", "schema_version": "2.0.0", "run_id": name, "seed": seed, "engine": "pytorch"}
        sizes = {"batch_size": self.batch_size, "updates": updates, "horizon": self.horizon}
        return {**model, "version": torch.__version__, **sizes, "attack": self.attack, **more}

    def _clip(self) -> Json | None:
        return None if self.clip is None else {"kind": "ratchet", "gain": self.clip}

    def _column(self) -> str:
        return "train_loss" if self.attack is None else "train_robust_loss"

    def _cost(self) -> int:
        """Gradient evaluations of an update: one, and one for each step of each start of the attack."""
        attack = self.attack or {"steps": 0}
        return 1 + int(attack.get("steps", 1)) * int(attack.get("restarts", 1))

    def _row(self, k: int, rate: float, loss: float, norm: float, factor: float) -> Json:
        more = {"grad_norm": norm, "clip_factor": factor, "n_grad_evals": self._cost() * (k + 1)}
        return {"type": "step", "update": k, "lr": rate, self._column(): loss, **more}

    def _fresh(self, seed: int) -> tuple[nn.Module, torch.Generator]:
        torch.manual_seed(seed)
        return self.model_factory(seed), torch.Generator().manual_seed(seed)

    def _gradient(self, model: nn.Module, weights: Sequence[Tensor], generator: torch.Generator) -> tuple[float, float]:
        loss = self.step_fn(model, generator)
        model.zero_grad(set_to_none=True)
        torch.autograd.backward(loss, inputs=[*weights])
        value, norm = float(loss.detach()), _norm([_grad(p) for p in weights])
        if math.isfinite(value) and math.isfinite(norm):
            return value, norm
        raise HjbLrError("E_PILOT", f"A run diverged: its loss is {value}.", "Give a lower multiple, such as multiple=0.65.", [])

    def _finished(self, name: str, header: Json) -> Json | None:
        """The end row of a whole log of the same run."""
        file = self._log(name)
        if not file.exists():
            return None
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return lines[-1] if lines[0] == json.loads(json.dumps(header)) and lines[-1].get("type") == "end" else None

    def _write(self, name: str, header: Json, rows: Sequence[Json], end: Json) -> Json:
        """Writes a log whole or not at all."""
        last = {"type": "end", "status": "completed", "updates": len(rows), "n_grad_evals": rows[-1]["n_grad_evals"], **end}
        file = self._log(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(".partial")
        temporary.write_text("".join(json.dumps(row) + "\n" for row in [header, *rows, last]), encoding="utf-8")
        os.replace(temporary, file)
        return last

    def _log(self, name: str) -> Path:
        return self.out / "trajectories" / f"{name}.jsonl"

    def _call(self, *arguments: str) -> Json:
        """What a command of hjb-lr gives with --json."""
        try:
            done = subprocess.run([*self.command, "--json", "--quiet", *arguments], capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            remedy = "Install hjb-lr (npm), or say how it is called: command=['npx', 'hjb-lr']."
            raise HjbLrError("E_NOT_FOUND", f"There is no {self.command[0]}.", remedy, []) from error
        document = json.loads(done.stdout or "{}")
        if document.get("ok") is True:
            return dict(document["result"])
        error_of = document.get("error", {"code": "E_PILOT", "message": done.stderr.strip(), "remedy": "", "issues": []})
        issues = [(issue["path"], issue["message"]) for issue in error_of["issues"]]
        raise HjbLrError(error_of["code"], f"hjb-lr {arguments[0]}: {error_of['message']}", error_of["remedy"], issues)


class _State:
    """A run between two updates: weights, optimizer, clip, and both generators."""

    def __init__(self, pilot: Pilot, seed: int) -> None:
        self.pilot = pilot
        self.model, self.generator = pilot._fresh(seed)
        self.weights = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = self._sgd()
        self.threshold = math.nan
        self.noise = torch.get_rng_state()

    def copy(self) -> _State:
        other = copy.copy(self)
        other.model = copy.deepcopy(self.model)
        other.weights = [p for p in other.model.parameters() if p.requires_grad]
        other.generator = torch.Generator()
        other.generator.set_state(self.generator.get_state())
        other.optimizer = other._sgd()
        other.optimizer.load_state_dict(copy.deepcopy(self.optimizer.state_dict()))
        return other

    def train(self, rates: Sequence[float], before: Sequence[Json]) -> list[Json]:
        """The rows before with one more for each rate; the clip is u g min(1, G / |g|), then G += gain (min(|g|, G) - G)."""
        rows = [*before]
        torch.set_rng_state(self.noise)
        for rate in rates:
            loss, norm = self.pilot._gradient(self.model, self.weights, self.generator)
            factor = self._clip(norm)
            rows.append(self.pilot._row(len(rows), rate, loss, norm, factor))
            for p in self.weights:
                _grad(p).mul_(factor)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            self.optimizer.step()
        self.noise = torch.get_rng_state()
        return rows

    def _clip(self, norm: float) -> float:
        gain = self.pilot.clip
        if gain is None or norm == 0:
            return 1.0
        if math.isnan(self.threshold):
            self.threshold = norm
        factor = min(1.0, self.threshold / norm)
        self.threshold += gain * (min(norm, self.threshold) - self.threshold)
        return factor

    def _sgd(self) -> torch.optim.SGD:
        given = self.pilot.optimizer
        momentum, nesterov, decay = given["momentum"], given["nesterov"], given["weight_decay"]
        return torch.optim.SGD(self.weights, lr=1.0, momentum=momentum, nesterov=nesterov, weight_decay=decay)


def _grad(p: Tensor) -> Tensor:
    return torch.zeros_like(p) if p.grad is None else p.grad


def _norm(tensors: Sequence[Tensor]) -> float:
    return math.hypot(*(float(torch.linalg.vector_norm(t)) for t in tensors))
