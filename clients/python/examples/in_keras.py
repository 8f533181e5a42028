"""A policy in Keras 3 with the back end torch, by a custom train_step; every update logged: python in_keras.py POLICY LOG.csv"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import torch

from hjb_lr import Policy
from hjb_lr.torch import gradient_norm

EPS = 0.1


class RobustModel(keras.Model):
    """Trained at inputs that one step along the sign of the gradient has moved (FGSM), under a policy where it has one."""

    run: Any = None
    last: float | None = None

    def train_step(self, data: Any) -> Any:
        x, y = data
        moved = x.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(self.compute_loss(y=y, y_pred=self(moved)), moved)
        self.zero_grad()
        loss = self.compute_loss(y=y, y_pred=self(x + EPS * gradient.sign(), training=True))
        loss.backward()
        gradients = [v.value.grad for v in self.trainable_weights]
        factor = 1.0 if self.run is None else self.run.clip(gradient_norm([v.value for v in self.trainable_weights]))
        with torch.no_grad():
            if factor > 0:
                self.optimizer.apply([g * factor for g in gradients], self.trainable_weights)
        self.last = float(loss.detach())
        self._loss_tracker.update_state(loss.detach())
        return self.compute_metrics(x, y, None)


class FollowPolicy(keras.callbacks.Callback):
    """Sets the rate before every update, from the loss of the one before. The clip is in train_step."""

    def __init__(self, policy: Policy, updates: int) -> None:
        super().__init__()
        self.policy, self.updates = policy, updates

    def on_train_begin(self, logs: Any = None) -> None:
        self.model.run = self.policy.start(self.updates)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        decision = self.model.run.before_update({"train_robust_loss": self.model.last})
        self.model.optimizer.learning_rate = decision.controls["learning_rate"]


class UpdateLog(keras.callbacks.Callback):
    def __init__(self, file="run-0.csv", column="train_loss"):
        super().__init__()
        self.file, self.update = open(file, "w"), 0
        print(f"update,lr,{column}", file=self.file)

    def on_train_batch_begin(self, batch, logs=None):
        self.rate = float(self.model.optimizer.learning_rate)

    def on_train_batch_end(self, batch, logs):
        total = logs["loss"] * (batch + 1)
        loss, self.total = total - (self.total if batch else 0.0), total
        print(self.update, self.rate, loss, sep=",", file=self.file, flush=True)
        self.update += 1


def train(policy: Policy, file: str, updates: int) -> None:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8,))
    hidden = keras.layers.Dense(16, activation="relu")(inputs)
    model = RobustModel(inputs, keras.layers.Dense(2)(hidden))
    model.compile(keras.optimizers.SGD(1.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    y = torch.randint(2, (32 * updates,), generator=torch.Generator().manual_seed(1))
    x = torch.randn(len(y), 8, generator=torch.Generator().manual_seed(2)) + y[:, None]
    callbacks = [FollowPolicy(policy, updates), UpdateLog(file, "train_robust_loss")]
    model.fit(x, y, batch_size=32, shuffle=False, verbose=0, callbacks=callbacks)


if __name__ == "__main__":
    given = Policy.load(sys.argv[1])
    train(given, sys.argv[2], given.horizon)
