"""A policy in Lightning, by a callback; every update logged: python in_lightning.py POLICY LOG.csv"""

from __future__ import annotations

import sys
from typing import Any

import lightning
import torch
from torch import Tensor, nn

from hjb_lr import Policy
from hjb_lr.torch import PolicyController

EPS = 0.1


class FollowPolicy(lightning.Callback):
    """Sets the rate before every update, from the loss of the one before, and clips. Set no gradient_clip_val beside it."""

    def __init__(self, policy: Policy, updates: int) -> None:
        self.policy, self.updates = policy, updates
        self.controller: PolicyController | None = None
        self.loss: float | None = None

    def on_train_start(self, trainer: Any, module: Any) -> None:
        self.controller = PolicyController(trainer.optimizers[0], self.policy, updates=self.updates)

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        assert self.controller is not None
        self.controller.before_update({"train_robust_loss": self.loss})

    def on_before_optimizer_step(self, trainer: Any, module: Any, optimizer: Any) -> None:
        assert self.controller is not None
        self.controller.clip(module.parameters())

    def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        self.loss = outputs["loss"].item()


class UpdateLog(lightning.Callback):
    def __init__(self, file="run-0.csv", column="train_loss"):
        self.file, self.update = open(file, "w"), 0
        print(f"update,lr,{column}", file=self.file)

    def on_before_optimizer_step(self, trainer, module, optimizer):
        self.rate = optimizer.param_groups[0]["lr"]

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        print(self.update, self.rate, outputs["loss"].item(), sep=",", file=self.file, flush=True)
        self.update += 1


class RobustModule(lightning.LightningModule):
    """Trained at inputs that one step along the sign of the gradient has moved (FGSM)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))

    def training_step(self, batch: Any, _: int) -> Tensor:
        x, y = batch
        moved = x.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(nn.functional.cross_entropy(self.net(moved), y), moved)
        return nn.functional.cross_entropy(self.net(x + EPS * gradient.sign()), y)

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=1.0)


def train(policy: Policy, file: str, updates: int) -> None:
    torch.manual_seed(0)
    y = torch.randint(2, (32 * updates,), generator=torch.Generator().manual_seed(1))
    x = torch.randn(len(y), 8, generator=torch.Generator().manual_seed(2)) + y[:, None]
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=32)
    trainer = lightning.Trainer(
        max_steps=updates, max_epochs=-1, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False,
        callbacks=[FollowPolicy(policy, updates), UpdateLog(file, "train_robust_loss")],
    )  # fmt: skip
    trainer.fit(RobustModule(), loader)


if __name__ == "__main__":
    given = Policy.load(sys.argv[1])
    train(given, sys.argv[2], given.horizon)
