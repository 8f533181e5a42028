"""Whether hjb_lr.PolicyRun decides and remembers what the product does, on random policies and what runs under them meet.

    npx tsx benchmarks/policy-agreement/generate.ts --count 100000 --seed 1 | python benchmarks/policy-agreement/compare.py

Every tenth policy is read through the whole reader (schema, rules, hash), which takes longer than all else. Every run is followed from the
start, and goes on from the product's state in its midst. Reasons and everything that is no number must be equal, numbers to 1e-12 of their size or of 1. Prints a JSON summary; the exit code is
1 where anything differs.
"""

from __future__ import annotations

import json
import math
import platform
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "clients" / "python" / "src"))

from hjb_lr import Observed, Policy, PolicyRun  # noqa: E402

TOLERANCE = 1e-12
READ_EVERY = 10
WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def number(value: float | str) -> float:
    return WORDS[value] if isinstance(value, str) else float(value)


def difference(found: Any, expected: Any, path: str = "") -> tuple[float, str]:
    """The largest difference of the numbers of two JSON values, and where; infinite where anything else differs."""
    if isinstance(expected, dict) and isinstance(found, dict) and found.keys() == expected.keys():
        return max((difference(found[key], expected[key], f"{path}.{key}") for key in expected), default=(0.0, path))
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return max((difference(a, b, f"{path}.{i}") for i, (a, b) in enumerate(zip(found, expected))), default=(0.0, path))
    if isinstance(expected, (int, float)) and not isinstance(expected, bool) and isinstance(found, (int, float)):
        return (0.0 if found == expected else abs(found - expected) / max(1e-300, abs(expected), min(1.0, abs(found)))), path
    return (0.0 if found == expected else math.inf), path


def policy_of(body: Any, reads: bool) -> Policy:
    if reads:
        return Policy(body)
    policy = Policy.__new__(Policy)
    policy.body = body
    return policy


def follow(case: Any, reads: bool) -> tuple[float, str]:
    """The largest difference along a case, and where."""
    policy = policy_of(case["policy"], reads)
    run = PolicyRun(policy, case["updates"])
    middle = len(case["shown"]) // 2
    worst = (0.0, "")
    for k, (loss, norm) in enumerate(zip(case["shown"], case["norms"])):
        if k == middle and k > 0:
            run = PolicyRun(policy, case["updates"])
            run.restore(case["states"][k - 1])
        shown = None if loss is None else Observed(number(loss["value"]), loss["update"])
        decision = run.before_update({"train_loss": shown})
        factor = None if norm is None else run.clip(number(norm))
        if norm is None:
            run.skip()
        found = {"controls": decision.controls, "reason": decision.reason, "factor": factor, "state": run.state()}
        expected = {**case["decisions"][k], "factor": case["factors"][k], "state": case["states"][k]}
        worst = max(worst, difference(found, expected, f"update {k}"))
    return worst


def compare(lines: Iterable[str]) -> dict[str, Any]:
    cases = updates = exact = 0
    worst, failed = 0.0, []
    reasons: dict[str, int] = {}
    for i, line in enumerate(lines):
        case = json.loads(line)
        found, place = follow(case, reads=i % READ_EVERY == 0)
        cases, updates, exact = cases + 1, updates + len(case["shown"]), exact + (found == 0)
        for decision in case["decisions"]:
            reason = decision["reason"].partition(";")[0]
            reasons[reason] = reasons.get(reason, 0) + 1
        if found > TOLERANCE:
            failed.append({"case": i, "difference": found if math.isfinite(found) else "other", "at": place})
        else:
            worst = max(worst, found)
    return {
        "python": platform.python_version(),
        "policies": cases,
        "updates": updates,
        "tolerance": TOLERANCE,
        "bit_equal": exact,
        "largest_difference": worst,
        "beyond_tolerance": len(failed),
        "failed": failed[:20],
        "reasons": dict(sorted(reasons.items())),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    result = compare(sys.stdin)
    print(json.dumps(result, indent=1))
    sys.exit(1 if result["beyond_tolerance"] else 0)
