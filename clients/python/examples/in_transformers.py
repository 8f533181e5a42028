"""A policy in the Trainer of Hugging Face, by a callback; every update logged: python in_transformers.py POLICY LOG.csv"""

from __future__ import annotations

import sys
import tempfile
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from hjb_lr import Policy
from hjb_lr.torch import PolicyController

EPS = 0.1


class FollowPolicy(transformers.TrainerCallback):
    """Sets the rate before every update, from the loss of the one before, and clips. Give max_grad_norm=0 and a constant scheduler."""

    def __init__(self, policy: Policy, updates: int, trainer: Any = None) -> None:
        self.policy, self.updates, self.trainer = policy, updates, trainer
        self.controller: PolicyController | None = None

    def on_step_begin(self, args: Any, state: Any, control: Any, optimizer: Any = None, **_: Any) -> None:
        if self.controller is None:
            self.controller = PolicyController(getattr(optimizer, "optimizer", optimizer), self.policy, updates=self.updates)
        self.controller.before_update({"train_robust_loss": self.trainer.last_loss})

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        assert self.controller is not None
        self.controller.clip(model.parameters())


class UpdateLog(transformers.TrainerCallback):
    def __init__(self, trainer, file="run-0.csv", column="train_loss"):
        self.trainer, self.file = trainer, open(file, "w")
        print(f"update,lr,{column}", file=self.file)

    def on_pre_optimizer_step(self, args, state, control, optimizer=None, **_):
        rate = optimizer.param_groups[0]["lr"]
        print(state.global_step, rate, self.trainer.last_loss, sep=",", file=self.file, flush=True)


class RobustTrainer(transformers.Trainer):
    """Trains at inputs that one step along the sign of the gradient has moved (FGSM), and keeps the loss of the last update."""

    last_loss: float | None = None

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None) -> Any:
        x, y = inputs["x"], inputs["labels"]
        moved = x.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(model(moved, y)["loss"], moved)
        outputs = model(x + EPS * gradient.sign(), y)
        return (outputs["loss"], outputs) if return_outputs else outputs["loss"]

    def training_step(self, *given: Any, **named: Any) -> Tensor:
        loss: Tensor = super().training_step(*given, **named)
        self.last_loss = loss.item()
        return loss


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x: Tensor, labels: Tensor) -> dict[str, Tensor]:
        logits = self.net(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def train(policy: Policy, file: str, updates: int) -> None:
    torch.manual_seed(0)
    y = torch.randint(2, (32 * updates,), generator=torch.Generator().manual_seed(1))
    x = torch.randn(len(y), 8, generator=torch.Generator().manual_seed(2)) + y[:, None]
    model = Net()
    with tempfile.TemporaryDirectory() as out:
        args = transformers.TrainingArguments(
            output_dir=out, max_steps=updates, per_device_train_batch_size=32, max_grad_norm=0.0, use_cpu=True,
            save_strategy="no", logging_strategy="no", report_to=[], disable_tqdm=True, lr_scheduler_type="constant",
        )  # fmt: skip
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        data: Any = [{"x": a, "labels": b} for a, b in zip(x, y)]
        trainer = RobustTrainer(model=model, args=args, train_dataset=data, optimizers=(optimizer, None))
        follow = FollowPolicy(policy, updates, trainer)
        trainer.add_callback(follow)
        trainer.add_callback(UpdateLog(trainer, file, "train_robust_loss"))
        trainer.train()


if __name__ == "__main__":
    given = Policy.load(sys.argv[1])
    train(given, sys.argv[2], given.horizon)
