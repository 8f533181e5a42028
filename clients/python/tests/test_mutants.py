"""The vectors of the example files tell wrong readers: each of these, the reader with one piece of text changed, fails some."""

from __future__ import annotations

import sys
import types
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]

import corpus

from hjb_lr import policy as reader

SOURCE = Path(reader.__file__).read_text(encoding="utf-8")

# What is wrong, the text of the reader that is changed, and what it is changed to.
MUTANTS = [
    ("ignores every loss", "loss = shown if shown is not None and math", "loss = None if shown is not None and math"),
    ("predicts before it takes the loss in", "predicted = advance(flt, start, rates[:passed])", "predicted = advance(flt, start, rates)"),
    ("has no limit downwards", "limited = min(max(value, last / guards[\"max_down_ratio_per_update\"]), highest)", "limited = min(value, highest)"),
    ("has no limit upwards", "limited = min(max(value, last / guards[\"max_down_ratio_per_update\"]), highest)", "limited = max(value, last / guards[\"max_down_ratio_per_update\"])"),
    ("limits the ratio after the clamp", "clamped = min(max(limited, guards[\"min\"]), guards[\"max\"])", "clamped = min(max(value, guards[\"min\"]), guards[\"max\"])"),
    ("warms up before the guards", "value, reason = value * (k + 1) / warmup,", "value, reason = max(value * (k + 1) / warmup, controls[name][\"guards\"][\"min\"]),"),
    ("warms up from 0", "value * (k + 1) / warmup", "value * k / warmup"),
    ("remembers the value behind its warm-up", "\"guarded\": {name: proposal.value for name, proposal in guarded.items()}", "\"guarded\": decision.controls"),
    ("feeds the filter with the value before its warm-up", "decision.controls[\"learning_rate\"]]}", "guarded[\"learning_rate\"].value]}"),
    ("takes NaN for missing", "if math.isnan(loss):\n        return \"nan\"", "if math.isnan(loss):\n        return \"missing\""),
    ("does not halve", "Proposal(value / 2, f\"fallback:{condition}\", True)", "Proposal(value, f\"fallback:{condition}\", True)"),
    ("limits the ratio in an emergency", "if last is not None and not emergency:", "if last is not None:"),
    ("halves again and again", "if not is_new and last is not None:", "if False:"),
    ("forgets the trouble", "trouble = state[\"trouble\"] if shown is None", "trouble = None if shown is None"),
    ("holds for one update too long", "missing <= body[\"fallback\"]", "missing - 1 <= body[\"fallback\"]"),
    ("never counts what is missing", "missing = state[\"missing\"] + 1 if", "missing = 1 if"),
    ("takes losses that are too old", "return None if k - metric.update > shown[\"max_age_updates\"] else metric", "return metric"),
    ("takes a loss twice", "metric.update <= observed or metric.update >= k", "metric.update >= k"),
    ("calls a loss missing one update early", "if k - observed > shown[\"max_age_updates\"]:", "if k - observed >= shown[\"max_age_updates\"]:"),
    ("goes on past the horizon", "if is_past_horizon(body[\"time\"], k, updates) and last is not None:", "if False:"),
    ("ends one update early", "return bool(k >= (updates if", "return bool(k + 1 >= (updates if"),
    ("does not scale the time", "if time[\"stretch\"] == \"scale\" else float(k)", "if False else float(k)"),
    ("ignores the support", "if not (math.isfinite(x) and low <= x <= high):", "if not math.isfinite(x):"),
    ("keeps what an outlier made of the state", "predicted if not is_inside and supports(predicted) else seen, rest[:1]", "seen, rest[:1]"),
    ("interpolates in natural units on a log axis", "if coordinate == \"log\":", "if False:"),
    ("interpolates where the nearest node is asked for", "if table[\"interpolation\"] == \"nearest\":", "if False:"),
    ("reads logarithms as values", "return exp(value) if table[\"value_scale\"] == \"log\" else value", "return value"),
    ("does not round", "rounded(value) if CONTROLS[name].is_integer else value", "value"),
    ("rounds before it remembers", "clamped = min(max(limited, guards[\"min\"]), guards[\"max\"])\n", "clamped = rounded(min(max(limited, guards[\"min\"]), guards[\"max\"])) if guards[\"max\"] == 6 else min(max(limited, guards[\"min\"]), guards[\"max\"])\n"),
    ("limits the ratio away from 0", "highest = math.inf if last == 0 else", "highest ="),
    ("does not clip", "factor = limit / norm if norm > limit else 1.0", "factor = 1.0"),
    ("clips after the threshold moved", "limit = norm if memory is None else memory\n", "limit = norm if memory is None else memory + clip.get(\"gain\", 0.05) * (min(norm, memory) - memory)\n"),
    ("lets the threshold rise", "(min(norm, limit) - limit)", "(norm - limit)"),
    ("starts the threshold at 0", "if memory is None and norm == 0:", "if False:"),
    ("remembers a norm that is not finite", "            self.skip()\n            return 0.0", "            self._norm_memory = 0.0\n            self.skip()\n            return 0.0"),
    ("takes a skipped update for a step", "[*memory[\"rates\"][:-1], 0]", "memory[\"rates\"]"),
    ("has the norm clip without its offset", "(norm + 1e-6)", "norm"),
    ("forgets the correlation of the states", "c01 = f00 * (f10 * p00 + f11 * p01)", "c01 = 0.0"),
    ("keeps the noise of a rate that is too high", "kept = 1 - min(u * par[\"memory_rate\"], 1)", "kept = 1 - u * par[\"memory_rate\"]"),
    ("forgets the slow exponent", "decay = u * par[\"slow_rate\"] * power(excess, p - 1)", "decay = u * par[\"slow_rate\"] * power(excess, p)"),
    ("starts anew in place of resuming", "copy[\"clip\"], copy[\"schedule\"]", "None, {**self._state, \"updates\": copy[\"schedule\"][\"updates\"]}"),
    ("gives the reason of the last control", "\"; \".join([first, *others])", "\"; \".join([*others, first])"),
    ("names the warm-up in a fallback", "reason if is_exception(reason) else \"warmup\"", "\"warmup\""),
]  # fmt: skip


class Mutants(unittest.TestCase):
    def test_each_fails_a_vector(self) -> None:
        bodies = [corpus.body_of(name) for name in corpus.NAMES[:3]]
        self.assertGreaterEqual(len(MUTANTS), 30)
        for what, old, new in MUTANTS:
            with self.subTest(mutant=what):
                self.assertEqual(SOURCE.count(old), 1, old)
                self.assertTrue(fails(SOURCE.replace(old, new), bodies))


def fails(source: str, bodies: list[object]) -> bool:
    """Whether a reader fails a vector of some file, or breaks on one."""
    module = types.ModuleType("mutant")
    module.__file__ = reader.__file__
    sys.modules["mutant"] = module
    exec(compile(source, "mutant", "exec"), module.__dict__)
    for body in bodies:
        policy = object.__new__(module.Policy)
        policy.body = body
        for test in body["tests"]:  # type: ignore[index]
            try:
                if module.vector_failure(policy, test) is not None:
                    return True
            except (ValueError, KeyError, TypeError, ZeroDivisionError):
                return True
    return False


if __name__ == "__main__":
    unittest.main()
