"""How many samples a job takes: until it is decided, or all of them, but not for ever where nothing answers."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import Any

import pytest

from jiyue.probe.agent import main
from jiyue.probe.agent.work import Courtesy, Job, Limits


@pytest.mark.parametrize(
    ("need", "timeout", "states", "taken"),
    [
        (2, 1.0, "ok ok ok", 2),
        (2, 1.0, "timeout timeout ok", 2),
        (1, 1.0, "timeout timeout ok", 3),
        (1, 8.0, "timeout ok ok", 1),
        (1, 8.0, "refused refused ok", 3),
        (0, 8.0, "timeout ok ok", 3),
        (0, 1.0, "ok ok ok ok ok", 5),
        (0, 1.0, "refused refused refused refused refused", 5),
        (0, 1.0, "timeout timeout ok ok ok", 2),
        (0, 1.0, "timeout ok timeout ok timeout", 5),
        (0, 1.0, "ok timeout timeout ok ok", 3),
    ],
)
def test_samples_are_taken_until_they_say_enough(
    need: int, timeout: float, states: str, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(states.split())

    async def next_one(job: Any, run: Any) -> dict[str, object]:
        return {"state": next(left)}

    monkeypatch.setitem(main.KINDS, "timing", next_one)
    known = {"kind": "timing", "family": 6, "samples": len(states.split()), "need": need, "name": "x"}
    empty: dict[str, Any] = {"timeout": timeout, "id": 0, "port": 0, "size": 0, "tls": False, "alone": False}
    values = {one.name: known.get(one.name, empty.get(one.name, "")) for one in fields(Job)}
    found = asyncio.run(main.measure(Job(**values), None, Limits(Courtesy())))  # type: ignore[arg-type]
    assert len(found) == taken
