"""Policies of hjb-lr in PyTorch: a controller, an LRScheduler, Schedule-Free SGD, and perturbations that examples keep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from .policy import Decision, HjbLrError, Observed, Policy, PolicyRun
from .torch_pilot import Pilot as Pilot

Metrics = Mapping[str, "float | Observed | None"]


def policy_of(policy: Policy | str | Path) -> Policy:
    return policy if isinstance(policy, Policy) else Policy.load(policy)


class Rates:
    """Sets the rate of every parameter group, in the ratios to the first group that they had at the start."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        first, *_ = bases = [float(group.get("initial_lr", group["lr"])) for group in optimizer.param_groups]
        if first <= 0:
            raise HjbLrError(
                "E_INVALID", "The first parameter group has no rate.", "Give it lr=1.", [("lr", "expected > 0")]
            )
        self.ratios = [base / first for base in bases]

    def set(self, rate: float) -> list[float]:
        rates = [rate * ratio for ratio in self.ratios]
        for group, value in zip(self.optimizer.param_groups, rates):
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(value)
            else:
                group["lr"] = value
        return rates


def warn_of_rule(run: PolicyRun, optimizer: Optimizer) -> None:
    """Adam or momentum under a policy made for SGD is warned of once."""
    names = {"SGD": "sgd", "ScheduleFreeSGD": "schedule_free", "Adam": "adam", "AdamW": "adam", "Prodigy": "prodigy"}
    name = type(optimizer).__name__
    momentum = float(optimizer.param_groups[0].get("momentum", 0) or 0) if name == "SGD" else 0.0
    run.warn_of_optimizer(names.get(name, name), momentum)


def gradient_norm(parameters: Iterable[Tensor]) -> float:
    """The Euclidean norm of all gradients together."""
    grads = [p.grad.detach() for p in parameters if p.grad is not None]
    return math.hypot(*(float(torch.linalg.vector_norm(g)) for g in grads)) if grads else 0.0


def clip_gradients(run: PolicyRun, parameters: Iterable[Tensor] | Tensor) -> float:
    """Multiplies the gradients by the policy's factor and returns it. Where they are not finite they are taken away: an
    optimizer then makes no step, with weight decay and momentum no more than without."""
    held = [parameters] if isinstance(parameters, Tensor) else [*parameters]
    factor = run.clip(gradient_norm(held))
    for p in held:
        if p.grad is None:
            continue
        if factor == 0:
            p.grad = None
        elif factor < 1:
            p.grad.mul_(factor)
    return factor


def over_ranks(metrics: Metrics | None) -> Metrics | None:
    """Where torch.distributed runs, each loss is averaged over the processes, so that all decide the same."""
    distributed = torch.distributed
    if metrics is None or not (distributed.is_available() and distributed.is_initialized()):
        return metrics
    averaged: dict[str, float | Observed | None] = {}
    for name, value in metrics.items():
        number = value.value if isinstance(value, Observed) else value
        if number is None or isinstance(number, bool) or not isinstance(number, (int, float)):
            averaged[name] = value
            continue
        total = torch.tensor([float(number)], dtype=torch.float64)
        distributed.all_reduce(total)
        mean = float(total) / distributed.get_world_size()
        averaged[name] = Observed(mean, value.update) if isinstance(value, Observed) else mean
    return averaged


class PolicyController:
    """Binds a policy to an optimizer.

    controller = PolicyController(optimizer, "policy.json", updates=800)
    for k in range(800):
        controller.before_update({"train_robust_loss": loss})   # of the update before; None before the first one
        optimizer.zero_grad(); output = ...; output.backward()
        controller.clip(model.parameters())
        optimizer.step()

    With gradient accumulation call both once for each `optimizer.step()`. With a GradScaler call `scaler.unscale_(optimizer)`
    before `clip`: a step that overflowed counts as skipped. With DistributedDataParallel the loss is averaged over the processes.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        policy: Policy | str | Path,
        updates: int | None = None,
        provides: Sequence[str] = (),
    ) -> None:
        self.run = policy_of(policy).start(updates, provides)
        self._rates = Rates(optimizer)
        warn_of_rule(self.run, optimizer)

    def before_update(self, metrics: Metrics | None = None) -> Decision:
        """Sets every group's rate, and returns it with the other controls and the reason."""
        decision = self.run.before_update(over_ranks(metrics))
        self._rates.set(decision.controls["learning_rate"])
        return decision

    def clip(self, parameters: Iterable[Tensor] | Tensor) -> float:
        """Multiplies the gradients by the policy's factor, and returns it; 0 for an update that makes no step."""
        return clip_gradients(self.run, parameters)

    def skip(self) -> None:
        """Call in place of `clip` where the update makes no step."""
        self.run.skip()

    def state_dict(self) -> dict[str, Any]:
        return {"run": self.run.state(), "ratios": [*self._rates.ratios]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.run.restore(state["run"])
        self._rates.ratios = [*state["ratios"]]


class PolicyLR(LRScheduler):
    """A policy as an LRScheduler: `step(metrics)` after `optimizer.step()`, with the loss of that update.

    The rate of update k follows from losses up to update k - 1, as everywhere. `step()` without a metric is legal: the loss counts as
    missing. A policy that clips asks for `clip(model.parameters())` after each backward pass; in a SequentialLR it is called
    while this scheduler is the active one.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        policy: Policy | str | Path,
        updates: int | None = None,
        provides: Sequence[str] = (),
    ) -> None:
        self.run = policy_of(policy).start(updates, provides)
        self._rates: Rates | None = None
        self.decision: Decision | None = None
        super().__init__(optimizer)
        warn_of_rule(self.run, optimizer)

    def step(self, metrics: Metrics | float | None = None) -> None:
        """Sets the rate of the coming update. A bare number is the loss by the name that the policy looks at."""
        self._step_count = getattr(self, "_step_count", 0) + 1
        # torch.optim.lr_scheduler.SequentialLR begins a scheduler by step(0), an epoch.
        begins = self.decision is None or (isinstance(metrics, int) and not isinstance(metrics, bool) and metrics == 0)
        if self._rates is None:
            self._rates = Rates(self.optimizer)
        if not begins or self.decision is None:
            self.decision = self.run.before_update(None if begins else over_ranks(self._named(metrics)))
        self.last_epoch = self.run.update - 1
        self._last_lr: list[float | Tensor] = [*self._rates.set(self.decision.controls["learning_rate"])]

    def _named(self, metrics: Metrics | float | None) -> Metrics | None:
        if metrics is None or isinstance(metrics, Mapping):
            return metrics
        return {self.run.policy.observes or "train_robust_loss": metrics}

    def clip(self, parameters: Iterable[Tensor] | Tensor) -> float:
        """As `PolicyController.clip`."""
        return clip_gradients(self.run, parameters)

    def get_lr(self) -> list[float | Tensor]:
        return [*self._last_lr]

    def state_dict(self) -> dict[str, Any]:
        rates = self._rates.ratios if self._rates is not None else []
        decision = None if self.decision is None else [self.decision.controls, self.decision.reason]
        return {"run": self.run.state(), "ratios": [*rates], "decision": decision, "step_count": self._step_count}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        self.run.restore(state_dict["run"])
        self._step_count = state_dict["step_count"]
        self.last_epoch = self.run.update - 1
        if state_dict["decision"] is not None and self._rates is not None:
            self.decision = Decision(*state_dict["decision"])
            self._rates.ratios = [*state_dict["ratios"]]
            self._last_lr = [*self._rates.set(self.decision.controls["learning_rate"])]


class ScheduleFreeSGD(Optimizer):
    """Schedule-Free SGD (Defazio et al. 2024, arXiv 2405.15682), as the policies `sf7`, `sf7k` and `recommended` mean it:

        g at y = x + (1 - beta) (z - x),  z <- z - u (g + weight_decay y),  w = (k + 1)^r max(u_0..u_k)^p,  W <- W + w,
        x <- x + (w / W) (z - x),   r = weight_update_power, p = weight_lr_power; averaging_weight replaces w / W

    The parameters are y while training. `eval()` puts x in their place, the weights to use; `train()` puts y back.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1.0,
        beta: float = 0.9,
        weight_decay: float = 0.0,
        weight_lr_power: float = 2.0,
        weight_update_power: float = 0.0,
    ) -> None:
        if not (lr >= 0 and 0 <= beta <= 1 and weight_decay >= 0):
            raise HjbLrError("E_INVALID", "lr and weight_decay are 0 or more, beta is in [0, 1].", "Correct them.")
        powers = {"p": weight_lr_power, "r": weight_update_power}
        memory = {"updates": 0, "weight_sum": 0.0, "largest_rate": 0.0, "training": True}
        super().__init__(params, {"lr": lr, "beta": beta, "weight_decay": weight_decay, **powers, **memory})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None, averaging_weight: float | None = None) -> float | None:  # type: ignore[override]
        """One update. An update in which no parameter has a gradient, as one that was skipped, moves nothing."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            if not group["training"]:
                raise HjbLrError(
                    "E_USAGE", "The parameters are the averaged ones.", "Call optimizer.train() before training."
                )
            self._step(group, averaging_weight)
        return loss

    def _step(self, group: dict[str, Any], averaging_weight: float | None) -> None:
        rate, beta = float(group["lr"]), group["beta"]
        group["updates"] += 1
        held = [p for p in group["params"] if p.grad is not None]
        if rate == 0 or not held:
            return
        group["largest_rate"] = max(group["largest_rate"], rate)
        weight = group["updates"] ** group["r"] * group["largest_rate"] ** group["p"]
        group["weight_sum"] += weight
        share = weight / group["weight_sum"] if averaging_weight is None else averaging_weight
        for p in held:
            state = self.state[p]
            if not state:
                state["x"], state["z"] = p.detach().clone(), p.detach().clone()
            x, z = state["x"], state["z"]
            z.sub_(p.grad + group["weight_decay"] * p, alpha=rate)
            x.add_(z - x, alpha=share)
            p.copy_(x + (1 - beta) * (z - x))

    @torch.no_grad()
    def eval(self) -> None:
        """The parameters become x, the weights to use."""
        self._turn(False)

    @torch.no_grad()
    def train(self) -> None:
        """The parameters become y, where gradients are taken."""
        self._turn(True)

    def _turn(self, training: bool) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state.get(p)
                if state and training != group["training"]:
                    x, z = state["x"], state["z"]
                    p.copy_(x + (1 - group["beta"]) * (z - x) if training else x)
            group["training"] = training


def create_optimizer(policy: Policy, params: Any) -> Optimizer:
    """The update rule that a policy's rate is meant for."""
    spec = {key: value for key, value in policy.body["optimizer"].items() if key != "name"}
    name = policy.body["optimizer"].get("name", "sgd")
    if name == "sgd":
        return torch.optim.SGD(params, lr=1.0, **spec)
    if name == "schedule_free":
        return ScheduleFreeSGD(params, lr=1.0, **spec)
    raise HjbLrError("E_INVALID", f"There is no {name} here.", "Create it, and bind it by PolicyController.")


class Moves(NamedTuple):
    """How the images of a minibatch were moved, [n] each: pixel [r, c] of the new image is [r + down, c + right] of the old one, c
    counted from the right where `mirrored`; 0 where that is outside."""

    down: Tensor
    right: Tensor
    mirrored: Tensor


class KeptPerturbations:
    """Every training example keeps the perturbation of its last visit (Zheng et al. 2020, arXiv 1912.11969).

        delta = kept.start(indices)                      # where the ascent starts
        ...one step of ascent on x + delta, projected...
        kept.keep(indices, x_perturbed - x)

    `shape` is that of one input; of images (channels, height, width), which may be cropped and flipped: give the same `moves` to both
    calls, and what is kept moves with its image. On the first visit an example starts at a uniform point of the ball, or at 0.
    """

    def __init__(
        self, n: int, shape: Sequence[int], norm: str, eps: float, random_start: bool = True, seed: int = 0
    ) -> None:
        if norm not in ("Linf", "L2"):
            raise HjbLrError("E_INVALID", f"There is no norm {norm}.", 'Give "Linf" or "L2".')
        self.norm, self.eps, self.random_start = norm, eps, random_start
        self.delta = torch.zeros((n, *shape))
        self.seen = torch.zeros(n, dtype=torch.bool)
        self._generator = torch.Generator().manual_seed(seed)

    def start(self, indices: Tensor, moves: Moves | None = None) -> Tensor:
        """The perturbations of these examples, moved with their images."""
        new = [*dict.fromkeys(i for i in indices.tolist() if not self.seen[i])]
        if new:
            self.seen[new] = True
            if self.random_start:
                self.delta[new] = self._uniform(len(new))
        kept = self.delta[indices]
        return kept if moves is None else moved(kept, moves)

    @torch.no_grad()
    def keep(self, indices: Tensor, delta: Tensor, moves: Moves | None = None) -> None:
        """Keeps where the ascent has ended. Of an example that comes twice the first result is kept, and of one that is not finite
        what it had."""
        first = {example: place for place, example in reversed([*enumerate(indices.tolist())])}
        finite = torch.isfinite(delta).flatten(1).all(1)
        places = torch.tensor([p for p in first.values() if bool(finite[p])], dtype=torch.long)
        examples = indices[places]
        new = delta[places].to(self.delta.dtype).cpu()
        if moves is not None:
            new = moved_back(new, self.delta[examples], Moves(*(m[places] for m in moves)))
        self.delta[examples] = new

    def _uniform(self, n: int) -> Tensor:
        shape = (n, *self.delta.shape[1:])
        if self.norm == "Linf":
            return (2 * torch.rand(shape, generator=self._generator) - 1) * self.eps
        direction = torch.randn(shape, generator=self._generator).flatten(1)
        size = direction.shape[1]
        length = self.eps * torch.rand((n, 1), generator=self._generator) ** (1 / size)
        points: Tensor = direction / direction.norm(dim=1, keepdim=True) * length
        return points.reshape(shape)

    def state_dict(self) -> dict[str, Any]:
        generator = self._generator.get_state()
        return {"delta": self.delta.clone(), "seen": self.seen.clone(), "generator": generator}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        if state["delta"].shape != self.delta.shape:
            raise HjbLrError("E_SHAPE", "These are the perturbations of other data.", "Give those of the same run.")
        self.delta.copy_(state["delta"])
        self.seen.copy_(state["seen"])
        self._generator.set_state(state["generator"])


def _places(moves: Moves, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, columns and whether they are inside, [n, height, width], of the pixels that a moved image shows."""
    columns = torch.arange(width)
    across = torch.where(moves.mirrored.bool()[:, None], width - 1 - columns, columns) + moves.right[:, None]
    down = torch.arange(height) + moves.down[:, None]
    rows, columns = down[:, :, None].expand(-1, -1, width), across[:, None, :].expand(-1, height, -1)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return rows.clamp(0, height - 1), columns.clamp(0, width - 1), inside


def moved(images: Tensor, moves: Moves) -> Tensor:
    """Images [n, channels, height, width], each moved, 0 where a pixel comes from outside."""
    rows, columns, inside = _places(moves, images.shape[-2], images.shape[-1])
    each = torch.arange(len(images))[:, None, None]
    shown = images.permute(0, 2, 3, 1)[each, rows, columns] * inside[..., None]
    return shown.permute(0, 3, 1, 2).contiguous()


def moved_back(new: Tensor, old: Tensor, moves: Moves) -> Tensor:
    """What moved images show, back at its places in the old ones, whose other pixels stay as they are."""
    rows, columns, inside = _places(moves, new.shape[-2], new.shape[-1])
    result = old.clone().permute(0, 2, 3, 1)
    image, row, column = inside.nonzero(as_tuple=True)
    values = new.permute(0, 2, 3, 1)[image, row, column]
    result[image, rows[inside], columns[inside]] = values
    return result.permute(0, 3, 1, 2).contiguous()
