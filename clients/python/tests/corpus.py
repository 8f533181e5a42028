"""The examples of schema/policy, and what every reader must refuse."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hjb_lr.policy import policy_id

FOLDER = Path(__file__).resolve().parents[3] / "schema" / "policy"
NAMES = ("feedback", "loss-alone", "whole-method", "weights")


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.policy.json").read_text(encoding="utf-8")


def body_of(name: str) -> Any:
    return json.loads(text_of(name))


def sealed(body: Any) -> Any:
    return {**body, "policy_id": policy_id(body)}


def invalid_examples() -> Any:
    return json.loads((FOLDER / "invalid.json").read_text(encoding="utf-8"))["examples"]


def changed(example: Any) -> Any:
    """The body of an invalid example."""
    body = copy.deepcopy(json.loads((FOLDER / example["of"]).read_text(encoding="utf-8")))
    body["tests"] = []
    for path, value in example.get("set", {}).items():
        *parents, last = steps_of(body, path)
        holder(body, parents)[last] = value
    for path in example.get("remove", []):
        *parents, last = steps_of(body, path)
        del holder(body, parents)[last]
    keeps = example.get("unsealed") or "policy_id" in example.get("set", {})
    return body if keeps else sealed(body)


def steps_of(_: Any, path: str) -> list[str | int]:
    return [int(step) if step.isdigit() else step for step in path.split(".")]


def holder(body: Any, steps: list[str | int]) -> Any:
    for step in steps:
        body = body[step]
    return body
