"""hjb_lr.torch, where PyTorch is installed."""

from __future__ import annotations

import copy
import json
import math
import sys
import unittest
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]

import corpus

from hjb_lr import HjbLrError, Policy, PolicyWarning

try:
    import torch

    from hjb_lr import torch as ours
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed") from None

GOLDEN = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
WHOLE = ["whole_method", "kept_perturbations"]


def policy_named(name: str) -> Policy:
    return Policy.from_text(corpus.text_of(name))


def sgd(weights: list[torch.nn.Parameter], lr: float = 1.0) -> torch.optim.Optimizer:
    return torch.optim.SGD([{"params": [w], "lr": lr * 0.5**i} for i, w in enumerate(weights)], lr=lr)


def two_weights() -> list[torch.nn.Parameter]:
    return [torch.nn.Parameter(torch.tensor([1.0, -2.0])), torch.nn.Parameter(torch.tensor([[3.0]]))]


class Controller(unittest.TestCase):
    def test_decides_as_the_policy_and_keeps_the_ratios_of_groups(self) -> None:
        policy = policy_named("feedback")
        weights = two_weights()
        optimizer = sgd(weights)
        controller = ours.PolicyController(optimizer, policy, updates=60)
        run = policy.start(60)
        for k in range(30):
            metrics = {"train_robust_loss": None if k == 0 else 2.0 * 0.97**k}
            decision, expected = controller.before_update(metrics), run.before_update(metrics)
            self.assertEqual(decision, expected)
            rate = expected.controls["learning_rate"]
            self.assertEqual([group["lr"] for group in optimizer.param_groups], [rate, rate / 2])
            for i, weight in enumerate(weights):
                weight.grad = torch.full_like(weight, math.exp(k % 4) * (1 + i))
            norm = math.sqrt(sum(float((w.grad**2).sum()) for w in weights if w.grad is not None))
            factor = controller.clip(weights)
            self.assertAlmostEqual(factor, run.clip(norm), 6)
            assert weights[0].grad is not None
            self.assertAlmostEqual(float(weights[0].grad[0]), factor * math.exp(k % 4), 4)
            optimizer.step()

    def test_a_gradient_that_is_not_finite_moves_nothing(self) -> None:
        weights = two_weights()
        optimizer = torch.optim.SGD(weights, lr=1.0, momentum=0.9, weight_decay=0.1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            controller = ours.PolicyController(optimizer, policy_named("feedback"), updates=60)
        self.assertEqual(sum("momentum 0.9" in str(w.message) for w in caught if w.category is PolicyWarning), 1)
        for bad in (False, True, False):
            controller.before_update()
            before = [w.detach().clone() for w in weights]
            for weight in weights:
                weight.grad = torch.full_like(weight, math.nan if bad else 1.0)
            self.assertEqual(controller.clip(weights) == 0, bad)
            optimizer.step()
            self.assertEqual(all(bool((a == b).all()) for a, b in zip(before, weights)), bad)
            self.assertTrue(all(bool(torch.isfinite(w).all()) for w in weights))
        self.assertEqual(controller.run.state()["schedule"]["filter"]["rates"][1], 0)

    def test_a_run_that_was_saved_goes_on_bit_for_bit(self) -> None:
        def follow(controller: Any, first: int, last: int) -> list[Any]:
            shown = ({"train_robust_loss": None if k == 0 else 2.0 * 0.97**k} for k in range(first, last))
            return [
                (controller.before_update(metrics), controller.run.clip(1.0 + k % 3))
                for k, metrics in enumerate(shown, first)
            ]

        policy = policy_named("feedback")
        whole = follow(ours.PolicyController(sgd(two_weights()), policy, 60), 0, 40)
        first = ours.PolicyController(sgd(two_weights()), policy, 60)
        follow(first, 0, 17)
        stored = copy.deepcopy(first.state_dict())
        resumed = ours.PolicyController(sgd(two_weights()), policy, 60)
        resumed.load_state_dict(stored)
        self.assertEqual(follow(resumed, 17, 40), whole[17:])

    def test_a_policy_with_kept_perturbations_is_refused_without_them(self) -> None:
        with self.assertRaisesRegex(HjbLrError, "kept_perturbations"):
            ours.PolicyController(sgd(two_weights()), policy_named("whole-method"))
        policy = policy_named("whole-method")
        optimizer = ours.create_optimizer(policy, two_weights())
        self.assertIsInstance(optimizer, ours.ScheduleFreeSGD)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            controller = ours.PolicyController(optimizer, policy, provides=WHOLE)
        self.assertEqual(controller.before_update().controls["averaging_weight"], 1)

    def test_a_tensor_is_no_loss(self) -> None:
        controller = ours.PolicyController(sgd(two_weights()), policy_named("feedback"), 60)
        with self.assertRaisesRegex(HjbLrError, "item()"):
            controller.before_update({"train_robust_loss": torch.tensor(2.0)})  # type: ignore[dict-item]


class Scheduler(unittest.TestCase):
    def body(self) -> Any:
        return corpus.sealed({**corpus.body_of("feedback"), "clip": None, "tests": []})

    def test_steps_after_the_optimizer_with_and_without_a_metric(self) -> None:
        policy = Policy(self.body())
        optimizer = sgd(two_weights())
        scheduler = ours.PolicyLR(optimizer, policy, 60)
        run = policy.start(60)
        rates = [run.before_update().controls["learning_rate"]]
        self.assertEqual(scheduler.get_last_lr(), [rates[0], rates[0] / 2])
        for k in range(20):
            loss = None if k % 5 == 4 else 2.0 * 0.97**k
            optimizer.step()
            scheduler.step() if loss is None else scheduler.step({"train_robust_loss": loss} if k % 2 else loss)
            rates.append(run.before_update({"train_robust_loss": loss}).controls["learning_rate"])
            self.assertEqual(optimizer.param_groups[0]["lr"], rates[-1])
        stored = copy.deepcopy(scheduler.state_dict())
        other = ours.PolicyLR(sgd(two_weights()), policy, 60)
        other.load_state_dict(stored)
        scheduler.step(1.2)
        other.step(1.2)
        self.assertEqual(scheduler.get_last_lr(), other.get_last_lr())

    def test_begins_in_a_sequence_after_another_scheduler(self) -> None:
        policy = Policy(self.body())
        optimizer = sgd(two_weights())
        flat = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=100)
        scheduler = ours.PolicyLR(optimizer, policy, 60)
        sequence = torch.optim.lr_scheduler.SequentialLR(optimizer, [flat, scheduler], milestones=[4])
        run = policy.start(60)
        expected = [0.5] * 4 + [run.before_update().controls["learning_rate"] for _ in range(6)]
        found = []
        for _ in range(10):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            sequence.step()
        self.assertEqual(found, expected)

    def test_asks_for_the_clip(self) -> None:
        optimizer = sgd(two_weights())
        scheduler = ours.PolicyLR(optimizer, policy_named("feedback"), 60)
        optimizer.step()
        with self.assertRaisesRegex(HjbLrError, "was not clipped"):
            scheduler.step(2.0)


class AgainstTheProduct(unittest.TestCase):
    def test_schedule_free_with_the_ratchet_clip_takes_the_same_steps(self) -> None:
        golden = GOLDEN["schedule_free"]
        weight = torch.nn.Parameter(torch.tensor(golden["initial"], dtype=torch.float64))
        spec = {k: v for k, v in golden["optimizer"].items() if k != "name"}
        optimizer = ours.ScheduleFreeSGD([weight], **spec)
        body = corpus.sealed({**corpus.body_of("feedback"), "clip": golden["clip"], "tests": []})
        run = Policy(body).start(60)
        curvatures = torch.tensor(golden["curvatures"], dtype=torch.float64)
        for k, (rate, expected) in enumerate(zip(golden["rates"], golden["x"])):
            run.before_update()
            optimizer.param_groups[0]["lr"] = rate
            weight.grad = curvatures * weight.detach() + torch.sin(k + torch.arange(4, dtype=torch.float64))
            ours.clip_gradients(run, [weight])
            optimizer.step()
            optimizer.eval()
            for found, wanted in zip(weight.tolist(), expected):
                self.assertLess(abs(found - wanted), 3e-6 * (1 + abs(wanted)), f"update {k}")
            optimizer.train()

    def test_kept_perturbations_move_with_their_images(self) -> None:
        golden = GOLDEN["kept_perturbations"]
        height, width, channels = golden["shape"]
        kept = ours.KeptPerturbations(golden["examples"], (channels, height, width), "Linf", 0.1, random_start=False)
        for k, step in enumerate(golden["steps"]):
            if k == 6:
                stored = copy.deepcopy(kept.state_dict())
                kept = ours.KeptPerturbations(
                    golden["examples"], (channels, height, width), "Linf", 0.1, random_start=False
                )
                kept.load_state_dict(stored)
            indices = torch.tensor(step["indices"])
            moves = ours.Moves(
                *(torch.tensor([move[name] for move in step["moves"]]) for name in ("down", "right", "mirrored"))
            )
            images = [
                torch.tensor(step[name]).reshape(len(indices), height, width, channels).permute(0, 3, 1, 2)
                for name in ("start", "delta")
            ]
            found = kept.start(indices, moves)
            self.assertLess(float((found - images[0]).abs().max()), 1e-7, f"minibatch {k}")
            kept.keep(indices, images[1], moves)

    def test_first_visits_are_in_the_ball(self) -> None:
        for norm in ("Linf", "L2"):
            kept = ours.KeptPerturbations(40, (3, 4, 4), norm, 0.3, seed=5)
            delta = kept.start(torch.arange(40))
            sizes = delta.flatten(1).abs().amax(1) if norm == "Linf" else delta.flatten(1).norm(dim=1)
            self.assertLessEqual(float(sizes.max()), 0.3 + 1e-6)
            self.assertGreater(float(sizes.min()), 0.15)
            self.assertTrue(bool((kept.start(torch.arange(40)) == delta).all()))


if __name__ == "__main__":
    unittest.main()
