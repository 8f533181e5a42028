"""Adversarial training in PyTorch: policies of hjb-lr against fixed rates, WSD, Schedule-Free and Prodigy, every cost charged.

    python clients/python/examples/recommended.py --out FOLDER [--models mlp cnn] [--seeds 31 32 33]

runs in a checkout of hjb-lr that was built (`npm run build`), with torch, schedulefree and prodigyopt installed. Fashion-MNIST pooled to
14 x 14, Linf eps 0.1, PGD with 5 steps, batch 64, 800 updates. For each seed `hjb-lr train --schedule recommended` writes the policy of
the whole method, and `hjb_lr.torch.Pilot` runs the pilot in this very loop. Costs are in runs of 800 updates, those of pilots and readings
included. A run of which the results are there is not trained again.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "clients" / "python" / "src"))

from hjb_lr import Policy  # noqa: E402
from hjb_lr.policy import clip_step  # noqa: E402
from hjb_lr.torch import (  # noqa: E402
    KeptPerturbations,
    Pilot,
    PolicyController,
    ScheduleFreeSGD,
    create_optimizer,
    gradient_norm,
)

MAIN = ROOT / "dist/src/cli/main.js"
EPS, STEPS, BATCH, UPDATES = 0.1, 5, 64, 800
EVALUATIONS = UPDATES * (STEPS + 1)
FIXED = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
CLIP = {"kind": "ratchet", "gain": 0.05}
WHOLE = ["whole_method", "kept_perturbations"]
ATTACK = {"type": "pgd", "norm": "Linf", "eps": EPS, "steps": STEPS}
LAYERS = {
    "mlp": [{"type": "flatten"}, {"type": "dense", "units": 128}, {"type": "relu"}, {"type": "dense", "units": 10}],
    "cnn": [
        {"type": "conv2d", "filters": 16, "kernel": 3, "stride": 2, "padding": "same"},
        {"type": "relu"},
        {"type": "conv2d", "filters": 32, "kernel": 3, "stride": 2, "padding": "same"},
        {"type": "relu"},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ],
}


def images(split: str) -> tuple[Tensor, Tensor]:
    """Images [n, 1, 14, 14] in [0, 1], and their labels."""

    def read(kind: str, header: int) -> Tensor:
        data = gzip.decompress((ROOT / f"benchmarks/data/fashion-mnist/{split}-{kind}-ubyte.gz").read_bytes())
        return torch.frombuffer(bytearray(data[header:]), dtype=torch.uint8)

    pixels = read("images-idx3", 16).reshape(-1, 1, 28, 28).float() / 255
    return nn.functional.avg_pool2d(pixels, 2), read("labels-idx1", 8).long()


def model_of(name: str, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    if name == "mlp":
        return nn.Sequential(nn.Flatten(), nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 10))
    convolutions = [nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()]
    return nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(512, 10))


def ascend(model: nn.Module, x: Tensor, y: Tensor, point: Tensor, eps: float, alpha: float, steps: int) -> Tensor:
    """Projected gradient ascent in the Linf ball and the box [0, 1]."""

    def projected(z: Tensor) -> Tensor:
        return torch.min(torch.max(z, x - eps), x + eps).clamp(0, 1)

    point = projected(point)
    for _ in range(steps):
        point.requires_grad_(True)
        (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(model(point), y), point)
        point = projected(point.detach() + alpha * gradient.sign())
    return point


def pgd(model: nn.Module, x: Tensor, y: Tensor, steps: int) -> Tensor:
    start = x + (2 * torch.rand_like(x) - 1) * EPS
    return ascend(model, x, y, start, EPS, 2.5 * EPS / steps, steps)


def score(model: nn.Module, data: tuple[Tensor, Tensor]) -> tuple[float, float]:
    """Loss and accuracy at PGD-10."""
    torch.manual_seed(999)
    perturbed = pgd(model, *data, 10)
    with torch.no_grad():
        logits = model(perturbed)
        loss = nn.functional.cross_entropy(logits, data[1])
        return float(loss), float((logits.argmax(1) == data[1]).float().mean()) * 100


def train(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    train_set: tuple[Tensor, Tensor],
    seed: int,
    before: Callable[[int, float | None], None],
    clip: Callable[[], object] = lambda: None,
    updates: int = UPDATES,
) -> list[float]:
    """Standard adversarial training; returns the loss of every update."""
    stream = torch.Generator().manual_seed(seed)
    losses: list[float] = []
    for k in range(updates):
        before(k, losses[-1] if losses else None)
        indices = torch.randint(len(train_set[1]), (BATCH,), generator=stream)
        x, y = train_set[0][indices], train_set[1][indices]
        loss = nn.functional.cross_entropy(model(pgd(model, x, y, STEPS)), y)
        optimizer.zero_grad()
        loss.backward()
        clip()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def follow_recommended(model: nn.Module, policy: Policy, train_set: tuple[Tensor, Tensor], seed: int) -> None:
    """The whole method: its optimizer, its length, one step from the perturbations that examples keep, its clip and weights."""
    optimizer = create_optimizer(policy, model.parameters())
    controller = PolicyController(optimizer, policy, provides=WHOLE)
    kept = KeptPerturbations(len(train_set[1]), train_set[0].shape[1:], "Linf", EPS, seed=seed)
    stream = torch.Generator().manual_seed(seed)
    for _ in range(policy.horizon):
        controls, _reason = controller.before_update()
        size = int(controls["batch_size"])
        indices = torch.randint(len(train_set[1]), (size,), generator=stream)
        x, y = train_set[0][indices], train_set[1][indices]
        eps, alpha, steps = (controls[f"attack_{name}"] for name in ("eps", "step_size", "steps"))
        perturbed = ascend(model, x, y, x + kept.start(indices), eps, alpha, int(steps))
        kept.keep(indices, perturbed - x)
        loss = nn.functional.cross_entropy(model(perturbed), y)
        optimizer.zero_grad()
        loss.backward()
        controller.clip(model.parameters())
        if isinstance(optimizer, ScheduleFreeSGD):
            optimizer.step(averaging_weight=controls["averaging_weight"])
        else:
            optimizer.step()
    if isinstance(optimizer, ScheduleFreeSGD):
        optimizer.eval()


def hjb_lr(*arguments: str) -> None:
    command = ["node", str(MAIN), "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 4):
        raise SystemExit(f"hjb-lr {' '.join(arguments)}\n{done.stderr}")


def recommended_policy(folder: Path, name: str, seed: int) -> Policy:
    experiment = folder / f"{name}.json"
    workload = {"data": {"format": "builtin", "name": "fashion-mnist", "pool": 2}, "attack": ATTACK}
    workload["model"] = {"layers": LAYERS[name]}
    body = {"kind": "experiment", "schema_version": "1.0.0", "name": name, "workload": workload}
    experiment.write_text(json.dumps({**body, "batch_size": BATCH, "horizon": UPDATES, "seeds": [seed]}))
    out = folder / f"{name}-{seed}-recommended"
    if not [*out.rglob("*policy*.json")]:
        hjb_lr("train", str(experiment), "--schedule", "recommended", "--seed", str(seed), "--out", str(out))
    (file,) = out.rglob("*policy*.json")
    return Policy.load(file)


def own_pilot(folder: Path, name: str, seed: int, train_set: tuple[Tensor, Tensor]) -> tuple[Pilot, float]:
    """The pilot in this loop, and what it cost in runs: the reading, and of every fork what it does not share."""

    def step(model: nn.Module, generator: torch.Generator) -> Tensor:
        indices = torch.randint(len(train_set[1]), (BATCH,), generator=generator)
        x, y = train_set[0][indices], train_set[1][indices]
        return nn.functional.cross_entropy(model(pgd(model, x, y, STEPS)), y)

    out = folder / f"{name}-{seed}-own"
    pilot = Pilot(
        step, lambda own: model_of(name, own), horizon=UPDATES, batch_size=BATCH, attack=ATTACK, out=out, seed=1000 * seed,
        command=["node", str(MAIN)],
    )  # fmt: skip
    pilot.run()
    updates = 0
    for file in (out / "trajectories").glob("*.jsonl"):
        header, *rows = map(json.loads, file.read_text().splitlines())
        updates += rows[-1]["updates"] - header.get("forked_from", {"update": 0})["update"]
    return pilot, updates / UPDATES


def ratchet(model: nn.Module) -> Callable[[], None]:
    """The clip that the policies have: without it no run at their peak lives."""
    memory: list[float | None] = [None]

    def clip() -> None:
        factor, memory[0] = clip_step(CLIP, memory[0], gradient_norm(model.parameters()))
        for p in model.parameters():
            if p.grad is not None:
                p.grad.mul_(factor)

    return clip


def wsd(peak: float) -> Callable[[int], float]:
    """2 % warm-up, hold, linear decay over the last 30 %."""
    return lambda k: peak * min(1.0, (k + 1) / (0.02 * UPDATES), (UPDATES - k) / (0.3 * UPDATES))


def runs_of(folder: Path, name: str, seed: int, train_set: tuple[Tensor, Tensor]) -> dict[str, tuple[nn.Module, float]]:
    """Every method's model, and what it cost in runs of 800 updates at 6 gradient evaluations."""
    done: dict[str, tuple[nn.Module, float]] = {}

    def at_rates(rates: Callable[[int], float], clips: bool = False) -> nn.Module:
        model = model_of(name, seed)
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        clip = ratchet(model) if clips else void
        train(model, optimizer, train_set, seed, lambda k, _: optimizer.param_groups[0].update(lr=rates(k)), clip)
        return model

    for rate in FIXED:
        done[f"fixed {rate}"] = at_rates(lambda _, rate=rate: rate), 1.0  # type: ignore[misc]
    recommended = recommended_policy(folder, name, seed)
    model = model_of(name, seed)
    follow_recommended(model, recommended, train_set, seed)
    readings = recommended.body["provenance"]["readings"]
    cost = readings["n_grad_evals"] / EVALUATIONS
    done["recommended"] = model, recommended.horizon * 2 / EVALUATIONS + cost
    pilot, cost = own_pilot(folder, name, seed, train_set)
    for method, file in (("policy of its own pilot", "policy.json"), ("HJB policy of its own pilot", "policy-hjb.json")):
        done[method] = follow(Policy.load(pilot.out / file), name, seed, train_set), 1 + cost
    done["WSD at the same peak"] = at_rates(wsd(pilot.peak)), 1 + cost
    done["WSD at the same peak, clipped"] = at_rates(wsd(pilot.peak), clips=True), 1 + cost
    done["schedulefree, lr 2"] = averaged(name, seed, train_set, 2.0), 1.0
    done["schedulefree, lr 1"] = averaged(name, seed, train_set, 1.0), 1.0
    done["Prodigy + cosine"] = prodigy(name, seed, train_set), 1.0
    return done


def follow(policy: Policy, name: str, seed: int, train_set: tuple[Tensor, Tensor]) -> nn.Module:
    model = model_of(name, seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    controller = PolicyController(optimizer, policy, UPDATES)
    train(
        model, optimizer, train_set, seed,
        lambda _, loss: void(controller.before_update({"train_robust_loss": loss})),
        lambda: controller.clip(model.parameters()),
    )  # fmt: skip
    return model


def void(*_: object) -> None:
    return None


def averaged(name: str, seed: int, train_set: tuple[Tensor, Tensor], rate: float) -> nn.Module:
    import schedulefree

    model = model_of(name, seed)
    optimizer = schedulefree.SGDScheduleFree(model.parameters(), lr=rate, momentum=0.9, warmup_steps=UPDATES // 20)
    optimizer.train()
    train(model, optimizer, train_set, seed, lambda *_: None)
    optimizer.eval()
    return model


def prodigy(name: str, seed: int, train_set: tuple[Tensor, Tensor]) -> nn.Module:
    import prodigyopt

    model = model_of(name, seed)
    optimizer = prodigyopt.Prodigy(model.parameters(), lr=1.0, safeguard_warmup=True)
    half = [0.5 * (1 + math.cos(math.pi * k / UPDATES)) for k in range(UPDATES)]
    train(model, optimizer, train_set, seed, lambda k, _: optimizer.param_groups[0].update(lr=half[k]))
    return model


def mean_and_error(values: list[float]) -> str:
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1) / len(values))
    return f"{mean:.4f} ± {spread:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["mlp", "cnn"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[31, 32, 33])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    train_set, test_set = images("train"), images("test")
    scored = train_set[0][:4000], train_set[1][:4000]
    began = time.process_time()
    stored = given.out / "results.json"
    results: list[dict[str, Any]] = json.loads(stored.read_text()) if stored.exists() else []
    for name in given.models:
        for seed in given.seeds:
            if any(row["model"] == name and row["seed"] == seed for row in results):
                continue
            for method, (model, cost) in runs_of(given.out, name, seed, train_set).items():
                loss, _ = score(model, scored)
                _, robust = score(model, test_set)
                row = {"model": name, "seed": seed, "method": method, "loss": loss, "robust": robust, "runs": cost}
                results.append(row)
                print(json.dumps(row), flush=True)
            stored.write_text(json.dumps(results, indent=1) + "\n")
    lines = [
        f"Python {sys.version.split()[0]}, torch {torch.__version__}, {(time.process_time() - began) / 60:.1f} core-minutes",
        "",
    ]
    for name in given.models:
        lines += [
            f"## {name}",
            "",
            "| method | adv. training loss | robust test acc. % | runs | dead |",
            "|---|---|---|---|---|",
        ]
        rows = [row for row in results if row["model"] == name]
        methods = sorted(
            {row["method"] for row in rows}, key=lambda m: sum(r["loss"] for r in rows if r["method"] == m)
        )
        for method in methods:
            own = [row for row in rows if row["method"] == method]
            dead = sum(not row["loss"] < 2.25 for row in own)
            columns = [method, *(mean_and_error([row[key] for row in own]) for key in ("loss", "robust"))]
            runs = sum(row["runs"] for row in own) / len(own)
            lines.append(f"| {' | '.join(columns)} | {runs:.2f} | {dead} of {len(own)} |")
        lines.append("")
    (given.out / "table.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
