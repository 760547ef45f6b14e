"""Computes every verdict of a bundle again, offline, and says where it differs."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jiyue.accept.bundle import EVIDENCE, INVENTORY, Bundle
from jiyue.accept.run import TRANSCRIPT, suite


@dataclass(frozen=True, slots=True)
class Difference:
    """One verdict that came out otherwise; an empty `then` or `now` means that the test ran only on one side."""

    platform: str
    name: str
    then: str
    now: str
    reason: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay came out; `same` means the same bytes."""

    same: bool
    cases: int
    differences: tuple[Difference, ...]


def replay(bundle: Bundle, root: Path, work: Path) -> Replayed:
    """Run the suite of this checkout over the bundle's answers; nothing is asked of any network.

    Files go to a folder of their own below `work` and are removed. Raises as `jiyue.accept.run.suite` does.
    """
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="replay-", dir=work) as text:
        folder = Path(text).resolve()
        for name, content in bundle.entries.items():
            if name == TRANSCRIPT or name.startswith((EVIDENCE, INVENTORY)):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        plan = {
            **bundle.plan,
            "inventory": str(folder / INVENTORY),
            "evidence": str(folder / EVIDENCE),
            "transcript": str(folder / TRANSCRIPT),
            "ssh_config": str(folder / "none"),
            "replay": True,
        }
        found = suite(root, folder, plan).verdicts()
    return compare(bundle.verdicts, found)


def compare(then: bytes, now: bytes) -> Replayed:
    """Both as `AcceptResult.verdicts`; differences case by case, then platform by platform."""
    before, after = json.loads(then), json.loads(now)
    olds, news = _by_case(before), _by_case(after)
    differences = [
        Difference(
            *key,
            str(olds.get(key, {}).get("verdict", "")),
            str(news.get(key, {}).get("verdict", "")),
            _why(olds.get(key, {}), news.get(key, {})),
        )
        for key in sorted(olds.keys() | news.keys())
        if olds.get(key) != news.get(key)
    ]
    if then != now and not differences:
        differences.append(Difference("", "", "", "", "the conclusions differ, although every case is the same"))
    return Replayed(then == now, len(news), tuple(differences))


def _by_case(verdicts: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Cases by platform and name; tests of one name in two files are told apart by their order."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for case in verdicts["cases"]:
        name, again = str(case["name"]), 1
        while (case["platform"], name) in found:
            again += 1
            name = f"{case['name']} ({again})"
        found[case["platform"], name] = case
    return found


def _why(old: dict[str, Any], new: dict[str, Any]) -> str:
    """The first field that differs, in words."""
    for key in ("reason", "measured", "evidence", "requirements"):
        if old.get(key) != new.get(key):
            return f"{key}: {str(old.get(key, ''))[:160]} -> {str(new.get(key, ''))[:160]}"
    return ""
