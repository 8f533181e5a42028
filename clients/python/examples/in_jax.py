"""A policy in JAX by optax, every update logged: python in_jax.py POLICY LOG.csv"""

from __future__ import annotations

import sys
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jax import Array

from hjb_lr import Policy
from hjb_lr.optax import PolicySchedule, follow_policy

EPS = 0.1


def batch(key: Array, n: int = 32) -> tuple[Array, Array]:
    """Two Gaussian classes."""
    y = jax.random.bernoulli(key, shape=(n,)).astype(jnp.int32)
    return jax.random.normal(jax.random.fold_in(key, 1), (n, 8)) + y[:, None], y


def loss_of(params: Any, x: Array, y: Array) -> Array:
    hidden = jax.nn.relu(x @ params["w0"] + params["b0"])
    return optax.softmax_cross_entropy_with_integer_labels(hidden @ params["w1"] + params["b1"], y).mean()


def perturbed(params: Any, x: Array, y: Array) -> Array:
    """One step along the sign of the gradient (FGSM)."""
    return x + EPS * jnp.sign(jax.grad(loss_of, argnums=1)(params, x, y))


def train(policy: Policy, file: str, updates: int) -> None:
    schedule = PolicySchedule(policy, updates)
    optimizer = follow_policy(schedule)

    @jax.jit
    def step(params: Any, state: Any, key: Array) -> tuple[Any, Any, Array]:
        x, y = batch(key)
        loss, grads = jax.value_and_grad(loss_of)(params, perturbed(params, x, y), y)
        moved, state = optimizer.update(grads, state, params, value=loss)
        return optax.apply_updates(params, moved), state, loss

    key = jax.random.key(0)
    weights = jax.random.normal(key, (8, 16)) / 2, jax.random.normal(key, (16, 2)) / 4
    params: Any = {"w0": weights[0], "b0": jnp.zeros(16), "w1": weights[1], "b1": jnp.zeros(2)}
    state: Any = optimizer.init(params)
    with open(file, "w", encoding="utf-8") as log:
        print("update,lr,train_robust_loss", file=log)
        for update in range(updates):
            rate = schedule(state.schedule)
            params, state, loss = step(params, state, jax.random.fold_in(key, update))
            print(update, float(rate), float(loss), sep=",", file=log, flush=True)


if __name__ == "__main__":
    given = Policy.load(sys.argv[1])
    train(given, sys.argv[2], given.horizon)
