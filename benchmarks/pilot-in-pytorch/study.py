"""The pilot in a PyTorch loop against the product's own, on the quickstart's problem over five seeds.

    python study.py OUT          # in the repository; HJB_LR is how hjb-lr is called, PyTorch and clients/python must be there

For each seed: coefficients of the product (`pilot`, `estimate`, `solve`) and of clients/python/examples/pilot.py; which of its estimates lie in
the 95 % intervals of the product's; and the final losses of full runs under both policies, both trained by the product on one fresh
seed.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENT = ROOT / "benchmarks/learning-rate/quickstart.json"
HJB_LR = shlex.split(os.environ.get("HJB_LR", "npx hjb-lr"))
SEEDS = range(1, 6)


def hjb_lr(*arguments: object) -> None:
    subprocess.run([*HJB_LR, "--quiet", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def product(seed: int, out: Path) -> None:
    hjb_lr("pilot", EXPERIMENT, "--seed", seed, "--out", out, "--workers", 1)
    hjb_lr("estimate", out / "trajectories", "--experiment", EXPERIMENT, "--out", out)
    hjb_lr("solve", out / "coefficients.json", "--experiment", EXPERIMENT, "--out", out)


def pytorch(seed: int, out: Path) -> None:
    example = ROOT / "clients/python/examples/pilot.py"
    subprocess.run([sys.executable, example, ROOT / "benchmarks/data/fashion-mnist", out, str(seed)], check=True)


def trained(policy: Path, seed: int, out: Path) -> dict[str, float]:
    hjb_lr("train", EXPERIMENT, "--policy", policy, "--seed", 1000 + seed, "--out", out)
    log = next(out.glob("**/*.jsonl"))
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    last = [row for row in rows if row.get("type") == "evaluation"][-1]
    return {name: last[name] for name in ("train_robust_loss", "test_robust_loss", "test_robust_acc")}


def compared(ours: dict, theirs: dict) -> list[dict]:
    """Every parameter of the selected closures that both fits estimate."""
    fits = {fit["name"]: fit["parameters"] for fit in theirs["closures"]}
    rows = []
    for fit in ours["closures"]:
        for name, parameter in fit["parameters"].items():
            if parameter["interval"] is None:
                continue
            low, high = parameter["interval"]
            other = fits[fit["name"]][name]
            low_other, high_other = other["interval"]
            rows.append(
                {
                    "closure": fit["name"],
                    "parameter": name,
                    "product": [low, parameter["estimate"], high],
                    "pytorch": [low_other, other["estimate"], high_other],
                    "inside": low <= other["estimate"] <= high,
                    "overlap": low <= high_other and low_other <= high,
                }
            )
    return rows


def main(out: Path) -> None:
    file = out / "results.json"
    results = json.loads(file.read_text()) if file.exists() else []
    for seed in SEEDS:
        if any(result["seed"] == seed for result in results):
            continue
        ours, theirs = out / f"{seed}/product", out / f"{seed}/pytorch"
        product(seed, ours)
        pytorch(seed, theirs)
        coefficients = [json.loads((folder / "coefficients.json").read_text()) for folder in (ours, theirs)]
        runs = [trained(folder / "policy.json", seed, folder / "train") for folder in (ours, theirs)]
        results.append(
            {
                "seed": seed,
                "peak": {"product": coefficients[0]["rates"]["max"], "pytorch": coefficients[1]["rates"]["max"]},
                "selected": {"product": coefficients[0]["selected"], "pytorch": coefficients[1]["selected"]},
                "parameters": compared(*coefficients),
                "product": runs[0],
                "pytorch": runs[1],
                "difference": runs[1]["train_robust_loss"] / runs[0]["train_robust_loss"] - 1,
            }
        )
        file.write_text(json.dumps(results, indent=1) + "\n")
        rows = results[-1]["parameters"]
        inside = sum(row["inside"] for row in rows)
        print(seed, f"{inside}/{len(rows)} inside, loss {100 * results[-1]['difference']:+.2f} %", flush=True)


main(Path(sys.argv[1]))
