"""The examples of each trainer, where it is installed: what they log, and that a policy's decisions follow from it.

HJB_LR_NEEDS names those that must not be missing, for example "torch jax keras lightning transformers".
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent / "src"), str(HERE), str(EXAMPLES)]

import corpus

from hjb_lr import Policy

MAIN = ROOT / "dist/src/cli/main.js"
TRAINERS = {
    "torch": ["torch"],
    "jax": ["jax", "optax"],
    "keras": ["keras", "torch"],
    "lightning": ["lightning"],
    "transformers": ["transformers", "accelerate"],
}
NEEDED = os.environ.get("HJB_LR_NEEDS", "").split()


def is_installed(name: str) -> bool:
    return all(importlib.util.find_spec(module) is not None for module in TRAINERS[name])


class Trainers(unittest.TestCase):
    def follow(self, name: str) -> None:
        if not is_installed(name) and name not in NEEDED:
            self.skipTest(f"{name} is not installed")
        example: Any = importlib.import_module(f"in_{name}")
        policy = Policy.from_text(corpus.text_of("feedback"))
        with tempfile.TemporaryDirectory() as out, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            log = f"{out}/run-0.csv"
            example.train(policy, log, 60)
            with open(log, encoding="utf-8", newline="") as file:
                rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
            self.assertEqual([row["update"] for row in rows], [*range(60)])
            run, last = policy.start(60), None
            for k, row in enumerate(rows):
                rate = run.before_update({"train_robust_loss": last}).controls["learning_rate"]
                run.clip(1.0)
                # keras and jax hold rates and losses in single precision
                self.assertLess(abs(row["lr"] / rate - 1), 2e-4, f"update {k}")
                last = row["train_robust_loss"]
            self.assertLess(sum(row["train_robust_loss"] for row in rows[-10:]), sum(row["train_robust_loss"] for row in rows[:10]))
            self.imports(log, out)

    def imports(self, log: str, out: str) -> None:
        if not MAIN.exists() or shutil.which("node") is None:
            return
        attack = Path(out) / "attack.json"
        attack.write_text('{ "type": "pgd", "norm": "Linf", "eps": 0.1, "steps": 1 }', encoding="utf-8")
        facts = ["--batch-size", "32", "--optimizer", "sgd", "--attack", str(attack)]
        command = ["node", str(MAIN), "--json", "--quiet", "import", log, *facts, "--out", f"{out}/logs"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        document = json.loads(done.stdout)
        self.assertTrue(document["ok"], done.stderr)
        self.assertEqual([run["updates"] for run in document["result"]["logs"]], [60])

    def test_torch(self) -> None:
        self.follow("torch")

    def test_jax(self) -> None:
        self.follow("jax")

    def test_keras(self) -> None:
        self.follow("keras")

    def test_lightning(self) -> None:
        self.follow("lightning")

    def test_transformers(self) -> None:
        self.follow("transformers")


class Documentation(unittest.TestCase):
    def test_shows_the_callbacks_that_run_here(self) -> None:
        text = (ROOT / "docs/importing-logs.md").read_text(encoding="utf-8")
        quoted = re.findall(r"```python\n(class .*?)```", text, re.DOTALL)
        self.assertEqual(len(quoted), 3)
        sources = [file.read_text(encoding="utf-8") for file in EXAMPLES.glob("in_*.py")]
        for block in quoted:
            self.assertTrue(any(block in source for source in sources), block)


if __name__ == "__main__":
    unittest.main()
