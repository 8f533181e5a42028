"""A policy in a loop of PyTorch, which logs every update: python in_torch.py POLICY LOG.csv"""

from __future__ import annotations

import sys

import torch
from torch import Tensor, nn

from hjb_lr import Policy
from hjb_lr.torch import PolicyController

EPS = 0.1


def batch(generator: torch.Generator, n: int = 32) -> tuple[Tensor, Tensor]:
    """Two Gaussian classes."""
    y = torch.randint(2, (n,), generator=generator)
    return torch.randn(n, 8, generator=generator) + y[:, None], y


def perturbed(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """One step along the sign of the gradient (FGSM)."""
    moved = x.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(model(moved), y), moved)
    return x + EPS * gradient.sign()


def train(policy: Policy, file: str, updates: int) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    controller = PolicyController(optimizer, policy, updates=updates)
    criterion, generator = nn.CrossEntropyLoss(), torch.Generator().manual_seed(1)
    loss = None
    log = open(file, "w", encoding="utf-8")
    print("update,lr,train_robust_loss", file=log)
    for update in range(updates):
        controller.before_update({"train_robust_loss": None if loss is None else loss.item()})
        x, y = batch(generator)
        loss = criterion(model(perturbed(model, x, y)), y)
        optimizer.zero_grad()
        loss.backward()
        controller.clip(model.parameters())
        print(update, optimizer.param_groups[0]["lr"], loss.item(), sep=",", file=log, flush=True)
        optimizer.step()
    log.close()


if __name__ == "__main__":
    given = Policy.load(sys.argv[1])
    train(given, sys.argv[2], given.horizon)
