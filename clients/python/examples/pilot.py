"""The quickstart's problem in PyTorch: the pilot in a loop of one's own, and its policy.

    python pilot.py DATA OUT [SEED]

DATA is `benchmarks/data/fashion-mnist` of hjb-lr; HJB_LR is how hjb-lr is called, `npx hjb-lr` by default.
"""

from __future__ import annotations

import gzip
import os
import shlex
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from hjb_lr.torch import Pilot

EPS, STEPS, BATCH, HORIZON = 0.1, 5, 64, 800


def load(folder: Path) -> tuple[Tensor, Tensor]:
    """Training images of 14 x 14 in [0, 1] as rows, and their labels."""
    images, labels = (gzip.decompress((folder / f"train-{name}-ubyte.gz").read_bytes()) for name in ("images-idx3", "labels-idx1"))
    x = torch.frombuffer(bytearray(images[16:]), dtype=torch.uint8).float().view(-1, 1, 28, 28) / 255
    y = torch.frombuffer(bytearray(labels[8:]), dtype=torch.uint8).long()
    return nn.functional.avg_pool2d(x, 2).flatten(1), y


def model_factory(seed: int) -> nn.Module:
    """196-128-10: He normal before the relu, Glorot normal at the end, biases 0."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 10))
    nn.init.kaiming_normal_(model[0].weight, nonlinearity="relu")
    nn.init.xavier_normal_(model[2].weight)
    nn.init.zeros_(model[0].bias)
    nn.init.zeros_(model[2].bias)
    return model


def perturbed(model: nn.Module, x: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
    """PGD along the sign in the Linf ball, from a random start."""
    moved = (x + EPS * (2 * torch.rand(x.shape, generator=generator) - 1)).clamp(0, 1)
    for _ in range(STEPS):
        moved.requires_grad_(True)
        gradient = torch.autograd.grad(nn.functional.cross_entropy(model(moved), y), moved)[0]
        moved = (moved.detach() + 2.5 * EPS / STEPS * gradient.sign()).clamp(x - EPS, x + EPS).clamp(0, 1)
    return moved


def main(data: str, out: str, seed: str = "1") -> None:
    torch.set_num_threads(1)
    x, y = load(Path(data))

    def step(model: nn.Module, generator: torch.Generator) -> Tensor:
        i = torch.randint(len(x), (BATCH,), generator=generator)
        return nn.functional.cross_entropy(model(perturbed(model, x[i], y[i], generator)), y[i])

    attack = {"type": "pgd", "norm": "Linf", "eps": EPS, "steps": STEPS}
    pilot = Pilot(
        step,
        model_factory,
        horizon=HORIZON,
        batch_size=BATCH,
        attack=attack,
        out=out,
        seed=int(seed),
        command=shlex.split(os.environ.get("HJB_LR", "npx hjb-lr")),
    )
    pilot.run()
    print(f"peak {pilot.peak:.3g}; policy in {out}/policy.json")


main(*sys.argv[1:])
