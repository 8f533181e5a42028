"""hjb_lr.torch.Pilot, where PyTorch is installed and hjb-lr is built."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src")]
MAIN = HERE.parents[2] / "dist/src/cli/main.js"

try:
    import torch

    from hjb_lr import HjbLrError
    from hjb_lr.torch import Pilot
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed") from None

if not MAIN.exists() or shutil.which("node") is None:
    raise unittest.SkipTest("hjb-lr is not built")


def step(model: torch.nn.Module, generator: torch.Generator) -> torch.Tensor:
    """Softmax regression on two Gaussian classes."""
    y = torch.randint(2, (16,), generator=generator)
    x = torch.randn(16, 4, generator=generator) + y[:, None]
    return torch.nn.functional.cross_entropy(model(x), y)


def pilot(out: str, step_fn: Any = step) -> Pilot:
    command = ["node", str(MAIN)]
    return Pilot(step_fn, lambda seed: torch.nn.Linear(4, 2), horizon=600, batch_size=16, out=out, seed=3, command=command)


class TestPilot(unittest.TestCase):
    def test_logs_of_the_runs_are_valid_and_fork(self) -> None:
        with tempfile.TemporaryDirectory() as out:
            ours = pilot(out)
            reading, spent = ours._read_peak()
            ours.peak = 1.3 * reading
            self.assertTrue(reading > 0)
            self.assertTrue(30 <= spent <= 60)
            for runs in ours._families(spent):
                ours._train_family(runs)
            logs = {file.stem: file for file in (Path(out) / "trajectories").glob("*.jsonl")}
            self.assertEqual(sorted(logs), ["reading", *(f"run-{i}{e}" for i in (0, 1) for e in ("", "-linear", "-step"))])
            for file in logs.values():
                ours._call("validate", str(file))
            rows = {name: [json.loads(line) for line in file.read_text().splitlines()] for name, file in logs.items()}
            update = rows["run-1-step"][0]["forked_from"]["update"]
            # Row 0 is the header: the shared rows, and the loss before the update at which the rates part.
            self.assertEqual(rows["run-1-step"][1 : update + 1], rows["run-1"][1 : update + 1])
            self.assertEqual(rows["run-1-step"][update + 1]["train_loss"], rows["run-1"][update + 1]["train_loss"])
            self.assertNotEqual(rows["run-1-step"][-2]["train_loss"], rows["run-1"][-2]["train_loss"])
            before = {name: file.stat().st_mtime_ns for name, file in logs.items()}
            again = pilot(out)
            self.assertEqual(again._read_peak(), (reading, spent))
            self.assertEqual(before["reading"], logs["reading"].stat().st_mtime_ns)

    def test_a_step_that_draws_elsewhere_is_refused(self) -> None:
        numbers = iter(range(10**6))

        def stray(model: torch.nn.Module, generator: torch.Generator) -> torch.Tensor:
            return step(model, torch.Generator().manual_seed(next(numbers)))

        with tempfile.TemporaryDirectory() as out:
            ours = pilot(out, stray)
            ours.peak = 0.1
            with self.assertRaisesRegex(HjbLrError, "another loss from the same state"):
                ours._train_family(ours._families(0)[0])

    def test_a_command_that_is_not_there_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as out:
            ours = pilot(out)
            ours.command, ours.peak = ["no-such-hjb-lr"], 0.1
            with self.assertRaisesRegex(HjbLrError, "There is no no-such-hjb-lr"):
                ours._families(0)


if __name__ == "__main__":
    unittest.main()
