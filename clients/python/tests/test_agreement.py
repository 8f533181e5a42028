"""A few of the random policies of benchmarks/policy-agreement, where the checkout can make them: the product's decisions and states."""

from __future__ import annotations

import shutil
import subprocess
import sys
import unittest
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GENERATE = ROOT / "benchmarks/policy-agreement/generate.ts"
TSX = ROOT / "node_modules/tsx/dist/cli.mjs"
sys.path[:0] = [str(GENERATE.parent)]


@unittest.skipUnless(TSX.exists() and shutil.which("node"), "node_modules or Node is not there")
class Agreement(unittest.TestCase):
    def test_every_decision_and_state_of_random_runs(self) -> None:
        import compare

        command = ["node", str(TSX), str(GENERATE), "--count", "150", "--seed", "7"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = compare.compare(done.stdout.splitlines())
        self.assertEqual(result["policies"], 150)
        self.assertEqual(result["failed"], [])


if __name__ == "__main__":
    unittest.main()
