"""hjb_lr.optax, where JAX and optax are installed."""

from __future__ import annotations

import json
import math
import random
import sys
import unittest
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]

import corpus

from hjb_lr import HjbLrError, Observed, Policy

try:
    import jax
    import jax.numpy as jnp
    import optax

    from hjb_lr import optax as ours
except ImportError:
    raise unittest.SkipTest("JAX and optax are not installed") from None

GOLDEN = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
WHOLE = ["whole_method", "kept_perturbations"]
Row = tuple[float, int, float]
"""A loss, the update that it belongs to (-1 for none), and the norm of the gradient."""


def policy_of(name: str, **changes: Any) -> Policy:
    return Policy(corpus.sealed({**corpus.body_of(name), "tests": [], **changes}))


def rows_of(seed: int, updates: int, wild: bool) -> list[Row]:
    """Losses of a run, with everything that can be wrong where `wild`."""
    drawn = random.Random(seed)
    rows: list[Row] = []
    for k in range(updates):
        loss = 2.3 * 0.98**k * math.exp(0.05 * drawn.gauss(0, 1))
        norm = math.exp(0.5 * drawn.gauss(0, 1))
        if wild and drawn.random() < 0.2:
            loss = drawn.choice([math.nan, math.inf, -math.inf, 0.0, -1.0, 1e9, 1e-9, 40.0])
        if wild and drawn.random() < 0.1:
            norm = drawn.choice([math.nan, math.inf, 0.0, 1e30 if jax.config.jax_enable_x64 else 1e18])
        m = k if not wild or drawn.random() < 0.8 else drawn.choice([-1, -1, k - 1, k - 3])
        rows.append((loss, m, norm))
    return rows


def followed(policy: Policy, updates: int, rows: list[Row]) -> tuple[Any, list[Any], list[float]]:
    """The schedule, its state after each update, and the factors of the clip, in one scan under jit."""
    schedule = ours.PolicySchedule(policy, updates, WHOLE)

    def step(carry: Any, row: Any) -> Any:
        state, limit = carry
        value, m, norm = row
        factor, limit = ours.clip_step(policy.body["clip"], limit, norm)
        after = schedule.update(state, value=value, value_update=m, skipped=factor == 0)
        return (after, limit), ((state, limit), factor)

    columns = tuple(jnp.asarray(column) for column in zip(*rows))
    limit = jnp.asarray(ours.UNSET)
    _, found = jax.jit(lambda c: jax.lax.scan(step, (schedule.init(), limit), c))(columns)
    states, factors = jax.device_get(found)
    return schedule, [jax.tree.map(lambda leaf, k=k: leaf[k], states) for k in range(len(rows))], factors.tolist()


class AgainstTheCore(unittest.TestCase):
    def compare(self, policy: Policy, updates: int, rows: list[Row], tolerance: float) -> float:
        """The largest relative difference of controls, factors and states; reasons are equal."""
        schedule, states, factors = followed(policy, updates, rows)
        run, name = policy.start(updates, WHOLE), policy.observes
        worst = 0.0
        shown: Any = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for k, (loss, m, norm) in enumerate(rows):
                decision = run.before_update(None if name is None else {name: shown})
                state, limit = states[k]
                self.assertEqual(schedule.reason(state), decision.reason, f"update {k}")
                found = {n: float(v) for n, v in schedule.controls(state).items()}
                worst = max(worst, *(abs(found[n] / v - 1) if v else abs(found[n]) for n, v in decision.controls.items()))
                memory = schedule.json(state, limit)
                expected = run.state()
                factor = run.clip(norm)
                expected["clip"] = run.state()["clip"]
                worst = max(worst, abs(factors[k] - factor), difference(memory, expected))
                shown = Observed(loss, m) if m >= 0 else None
                self.assertLess(worst, tolerance, f"update {k}")
        return worst

    def test_every_decision_and_state_to_1e_12_in_double_precision(self) -> None:
        with jax.enable_x64(True):
            for seed, name in enumerate(("feedback", "loss-alone", "whole-method")):
                policy = policy_of(name)
                for wild in (False, True):
                    self.compare(policy, policy.horizon, rows_of(seed, policy.horizon + 6, wild), 1e-12)
            late = policy_of("feedback", input={"metric": "train_robust_loss", "cadence_updates": 2, "max_age_updates": 5})
            self.compare(late, 60, rows_of(7, 60, True), 1e-12)

    def test_single_precision_is_within_1e_4(self) -> None:
        for seed, name in enumerate(("feedback", "loss-alone")):
            policy = policy_of(name)
            self.compare(policy, policy.horizon, rows_of(seed, policy.horizon, False), 1e-4)


def difference(found: Any, expected: Any) -> float:
    """The largest relative difference of the numbers of two JSON values that are equal but for it."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), (found, expected)
        return max((difference(found[key], expected[key]) for key in expected), default=0.0)
    if isinstance(expected, list):
        assert len(found) == len(expected), (found, expected)
        return max((difference(a, b) for a, b in zip(found, expected)), default=0.0)
    if isinstance(expected, float):
        return abs(found - expected) / max(1.0, abs(expected))
    assert found == expected, (found, expected)
    return 0.0


class Transformations(unittest.TestCase):
    def follow(self, optimizer: Any, losses: list[float], grads: list[list[float]], **extra: Any) -> list[list[float]]:
        params = {"w": jnp.asarray([1.0, -2.0]), "b": jnp.asarray([[3.0]])}
        state = optimizer.init(params)

        @jax.jit
        def step(params: Any, state: Any, loss: Any, g: Any) -> Any:
            moved, state = optimizer.update({"w": g[:2], "b": g[2:, None]}, state, params, value=loss, **extra)
            return optax.apply_updates(params, moved), state

        found = []
        for loss, g in zip(losses, grads):
            params, state = step(params, state, loss, jnp.asarray(g))
            found.append([*params["w"].tolist(), float(params["b"][0, 0])])
        return found

    def test_follows_a_policy_with_its_clip_and_skips_what_is_not_finite(self) -> None:
        policy = policy_of("feedback")
        drawn = random.Random(1)
        losses = [2.0 * 0.97**k for k in range(30)]
        grads = [[drawn.gauss(0, 1 + k % 4) for _ in range(3)] for k in range(30)]
        grads[7] = [math.nan, 0.0, 1.0]
        grads[9] = [math.inf, 0.0, 1.0]
        with jax.enable_x64(True):
            found = self.follow(ours.follow_policy(policy, 60), losses, grads)
            chained = optax.chain(
                ours.clip_by_policy(policy),
                optax.inject_hyperparams(optax.sgd)(learning_rate=ours.PolicySchedule(policy, 60)),
            )
            also = self.follow(chained, losses[:7], grads[:7])
        run = policy.start(60)
        theta, last = [1.0, -2.0, 3.0], None
        for k, (loss, g) in enumerate(zip(losses, grads)):
            rate = run.before_update({"train_robust_loss": last}).controls["learning_rate"]
            factor = run.clip(math.sqrt(sum(x * x for x in g)))
            theta = [t - rate * factor * x if factor else t for t, x in zip(theta, g)]
            for i in range(3):
                self.assertLess(abs(found[k][i] - theta[i]), 1e-12 * (1 + abs(theta[i])), f"update {k}")
                if k < 7:
                    self.assertLess(abs(also[k][i] - theta[i]), 1e-12 * (1 + abs(theta[i])), f"update {k}, chained")
            last = loss

    def test_momentum_and_weight_decay_are_those_of_the_policy(self) -> None:
        spec = {"name": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}
        policy = policy_of("feedback", optimizer=spec, clip=None)
        with jax.enable_x64(True):
            found = self.follow(ours.follow_policy(policy, 60), [2.0] * 12, [[1.0, 0.5, -1.0]] * 5 + [[math.nan] * 3] + [[1.0, 0.5, -1.0]] * 6)
        run = policy.start(60)
        theta, velocity, last = [1.0, -2.0, 3.0], [0.0] * 3, None
        for k in range(12):
            rate = run.before_update({"train_robust_loss": last}).controls["learning_rate"]
            if run.clip(math.nan if k == 5 else 1.5):
                g = [x + 0.01 * t for x, t in zip((1.0, 0.5, -1.0), theta)]
                velocity = [0.9 * v + x for v, x in zip(velocity, g)]
                theta = [t - rate * (x + 0.9 * v) for t, x, v in zip(theta, g, velocity)]
            for a, b in zip(found[k], theta):
                self.assertLess(abs(a - b), 1e-12 * (1 + abs(b)), f"update {k}")
            last = 2.0

    def test_schedule_free_with_the_ratchet_clip_takes_the_steps_of_the_product(self) -> None:
        golden = GOLDEN["schedule_free"]
        policy = policy_of("feedback", clip=golden["clip"])
        with jax.enable_x64(True):
            rates = jnp.asarray(golden["rates"])
            spec = {key: value for key, value in golden["optimizer"].items() if key != "name"}
            optimizer = optax.chain(ours.clip_by_policy(policy), ours.schedule_free(lambda k: rates[k], **spec))
            y = jnp.asarray(golden["initial"])
            state = optimizer.init(y)
            for k, expected in enumerate(golden["x"]):
                gradient = jnp.asarray(golden["curvatures"]) * y + jnp.sin(k + jnp.arange(4.0))
                moved, state = jax.jit(optimizer.update)(gradient, state, y)
                y = optax.apply_updates(y, moved)
                for a, b in zip(ours.weights_to_use(state, y).tolist(), expected):
                    self.assertLess(abs(a - b), 3e-6 * (1 + abs(b)), f"update {k}")

    def test_follows_a_whole_method_and_gives_its_controls(self) -> None:
        policy = policy_of("whole-method")
        with self.assertRaisesRegex(HjbLrError, "kept_perturbations"):
            ours.follow_policy(policy)
        schedule = ours.PolicySchedule(policy, provides=WHOLE)
        optimizer = ours.follow_policy(schedule)
        params = jnp.asarray([1.0, 2.0])
        state: Any = optimizer.init(params)
        run = policy.start(policy.horizon, WHOLE)
        for _ in range(5):
            expected = run.before_update().controls
            run.clip(1.0)
            for name, value in schedule.controls(state.schedule).items():
                self.assertAlmostEqual(float(value) / (expected[name] or 1.0), 1.0 if expected[name] else 0.0, 5)
            moved, state = optimizer.update(params, state, params)
            params = optax.apply_updates(params, moved)
        self.assertIsInstance(state.rule, ours.ScheduleFreeState)
        self.assertFalse(bool(jnp.all(ours.weights_to_use(state, params) == params)))

    def test_refuses_another_update_rule_and_a_policy_of_the_weights(self) -> None:
        with self.assertRaisesRegex(HjbLrError, "follows the weights"):
            ours.PolicySchedule(policy_of("weights"))
        adam = policy_of("feedback", optimizer={"name": "adam"})
        with self.assertRaisesRegex(HjbLrError, "made for adam"):
            ours.follow_policy(adam)


if __name__ == "__main__":
    unittest.main()
