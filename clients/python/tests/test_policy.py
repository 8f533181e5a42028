"""The dependency-free core: python3 -m unittest discover -s clients/python/tests"""

from __future__ import annotations

import doctest
import json
import math
import sys
import unittest
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]

import corpus  # noqa: E402

from hjb_lr import HjbLrError, Observed, Policy, PolicyWarning  # noqa: E402
from hjb_lr import policy as reader  # noqa: E402


class Reading(unittest.TestCase):
    def test_reproduces_every_vector_of_the_examples(self) -> None:
        for name in corpus.NAMES:
            policy = Policy.from_text(corpus.text_of(name))
            self.assertGreaterEqual(len(policy.body["tests"]), 60, name)
            self.assertEqual(policy.failing_tests(), [], name)

    def test_refuses_every_invalid_example(self) -> None:
        for example in corpus.invalid_examples():
            with self.subTest(rule=example["rule"], set=example.get("set"), remove=example.get("remove")):
                with self.assertRaises(HjbLrError) as caught:
                    if "text" in example:
                        Policy.from_text(example["text"])
                    else:
                        Policy(corpus.changed(example))
                self.assertTrue(caught.exception.remedy)
                if example["judged_by"] == "schema" and example["rule"] not in ("S1", "S2"):
                    self.assertIn("not a valid policy file", str(caught.exception))
                if example["judged_by"] == "reader":
                    self.assertEqual([*reader.schema_issues(corpus.changed(example))], [])

    def test_has_the_schema_of_the_product(self) -> None:
        ours = Path(reader.__file__).with_name("policy.schema.json").read_text(encoding="utf-8")
        self.assertEqual(ours, (corpus.FOLDER.parent / "policy.schema.json").read_text(encoding="utf-8"))

    def test_ignores_what_a_newer_minor_version_adds(self) -> None:
        body = {**corpus.body_of("feedback"), "schema_version": "2.7.0", "colour": "red"}
        body["time"]["clock"] = "wall"
        Policy(corpus.sealed(body))
        with self.assertRaisesRegex(HjbLrError, "unknown field"):
            Policy(corpus.sealed({**body, "schema_version": "2.0.9"}))

    def test_writes_numbers_as_ecmascript(self) -> None:
        cases = {
            1e21: "1e+21", 1e20: "100000000000000000000", 1e-6: "0.000001", 1e-7: "1e-7", 1.5e-10: "1.5e-10",
            123456789.125: "123456789.125", -0.0: "0", 5e-324: "5e-324", 1.7976931348623157e308: "1.7976931348623157e+308",
            0.1: "0.1", 100: "100", -2.5: "-2.5", 2**53: "9007199254740992", 1.2345e22: "1.2345e+22",
        }  # fmt: skip
        for value, text in cases.items():
            self.assertEqual(reader.number_text(value), text)

    def test_docstrings_hold(self) -> None:
        self.assertEqual(doctest.testmod(reader).failed, 0)


class Following(unittest.TestCase):
    def setUp(self) -> None:
        self.policy = Policy.from_text(corpus.text_of("feedback"))

    def losses(self, k: int) -> float | None:
        return {7: math.nan, 13: math.inf, 19: None, 20: -1.0}.get(k, 2.1 * 0.98**k)

    def test_resumes_bit_for_bit_from_json(self) -> None:
        def follow(run: reader.PolicyRun, first: int, last: int) -> list[object]:
            return [
                (
                    run.before_update({"train_robust_loss": self.losses(k)}),
                    run.clip(math.nan if k == 9 else 2 + math.sin(k)),
                )
                for k in range(first, last)
            ]

        whole = follow(self.policy.start(60), 0, 60)
        for split in (1, 8, 10, 20, 21, 58):
            run = self.policy.start(60)
            follow(run, 0, split)
            resumed = self.policy.start(60)
            resumed.restore(json.loads(json.dumps(run.state())))
            self.assertEqual(follow(resumed, split, 60), whole[split:])

    def test_refuses_a_state_that_is_none(self) -> None:
        run = self.policy.start(60)
        run.before_update()
        good = run.state()
        schedule = good["schedule"]
        for wrong in (
            None,
            [],
            {},
            {**good, "policy_id": "another"},
            {**good, "schedule": {}},
            {**good, "schedule": {**schedule, "updates": 7}},
            {**good, "schedule": {**schedule, "guarded": {}}},
            {**good, "schedule": {**schedule, "filter": {**schedule["filter"], "mean": [1.0]}}},
            {**good, "clip": "3"},
        ):
            with self.assertRaisesRegex(HjbLrError, "not the state"):
                run.restore(wrong)
        run.restore(good)

    def test_refuses_what_is_no_number(self) -> None:
        for loss in ("2", [2], True, object(), 2j):
            with self.assertRaisesRegex(HjbLrError, "must be a number"):
                self.policy.start(60).before_update({"train_robust_loss": loss})  # type: ignore[dict-item]
        with self.assertRaisesRegex(HjbLrError, "looks at train_robust_loss"):
            self.policy.start(60).before_update({"loss": 2.0})
        with self.assertRaisesRegex(HjbLrError, "by their names"):
            self.policy.start(60).before_update(2.0)  # type: ignore[arg-type]
        run = self.policy.start(60)
        run.before_update()
        for norm in ("3", None, -1.0):
            with self.assertRaises(HjbLrError):
                run.clip(norm)  # type: ignore[arg-type]

    def test_never_leaves_its_guards_whatever_is_observed(self) -> None:
        wild: list[float | None] = [2.3, 1e9, 1e-9, -1, 0, math.nan, math.inf, -math.inf, None, None, 2, 1e3]
        run = self.policy.start(200)
        guards = self.policy.body["controls"]["learning_rate"]["guards"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for k in range(220):
                decision = run.before_update({"train_robust_loss": wild[k % len(wild)]})
                run.clip(1.0)
                self.assertTrue(decision.reason)
                self.assertLessEqual(decision.controls["learning_rate"], guards["max"])
                if k >= guards["warmup_updates"]:
                    self.assertGreaterEqual(decision.controls["learning_rate"], guards["min"])

    def test_refuses_to_go_on_where_nobody_clips(self) -> None:
        run = self.policy.start(60)
        run.before_update()
        with self.assertRaisesRegex(HjbLrError, "was not clipped"):
            run.before_update()
        run.skip()
        run.before_update()

    def test_refuses_a_whole_method_that_nobody_provides(self) -> None:
        policy = Policy.from_text(corpus.text_of("whole-method"))
        with self.assertRaisesRegex(HjbLrError, "requires whole_method, kept_perturbations"):
            policy.start(50)
        decision = policy.start(50, provides=["whole_method", "kept_perturbations"]).before_update()
        self.assertEqual(decision.controls["batch_size"], 32)
        with self.assertRaisesRegex(HjbLrError, "follows the weights"):
            Policy.from_text(corpus.text_of("weights")).start(30)

    def test_refuses_another_length_where_the_file_does(self) -> None:
        with self.assertRaisesRegex(HjbLrError, "for 40 updates"):
            Policy.from_text(corpus.text_of("loss-alone")).start(41)
        for updates in (0, -1, 2.5, True, "60"):
            with self.assertRaisesRegex(HjbLrError, "whole number"):
                self.policy.start(updates)  # type: ignore[arg-type]

    def test_takes_losses_that_come_late(self) -> None:
        run = self.policy.start(60)
        reasons = []
        for k in range(12):
            shown = Observed(2.0, k - 3) if k % 3 == 0 and k > 0 else None
            reasons.append(run.before_update({"train_robust_loss": shown}).reason)
            run.clip(1.0)
        self.assertNotIn("fallback:missing", reasons[4:])

    def test_warns_once(self) -> None:
        cases: list[tuple[int, float | None, str]] = [(80, 2.0, "past"), (60, 50.0, "support"), (60, None, "no loss")]
        for updates, loss, words in cases:
            run = self.policy.start(60)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                for _ in range(updates):
                    run.before_update({"train_robust_loss": loss})
                    run.clip(1.0)
                run.warn_of_optimizer("sgd", 0.9)
                run.warn_of_optimizer("sgd", 0.9)
            found = [str(w.message) for w in caught if issubclass(w.category, PolicyWarning)]
            self.assertEqual(sum(words in text for text in found), 1, found)
            self.assertEqual(sum("momentum 0.9" in text for text in found), 1)


if __name__ == "__main__":
    unittest.main()
