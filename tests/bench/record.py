"""The records of `docs/performance.json`: what was measured, against which peer, whether the goal is met."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RECORDS = Path(__file__).resolve().parents[2] / "docs" / "performance.json"


@dataclass(frozen=True, slots=True)
class Record:
    """One figure; `peer_value` is None where the figure has a goal but no peer, `ratio` is peer over ours."""

    id: str
    work: str
    peer: str
    peer_value: float | None
    our_value: float
    unit: str
    ratio: float | None
    goal: str
    met: bool
    rounds: int
    spread: tuple[float, float]


def median_and_spread(values: Sequence[float]) -> tuple[float, tuple[float, float]]:
    """The median with the smallest and the largest value."""
    return round(statistics.median(values), 2), (round(min(values), 2), round(max(values), 2))


def save(records: Iterable[Record], path: Path = RECORDS) -> None:
    """Merge the records into the file by id; written beside it, synced, then renamed over it."""
    kept = {row["id"]: row for row in json.loads(path.read_text(encoding="utf-8"))} if path.exists() else {}
    kept.update({record.id: asdict(record) for record in records})
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump([kept[key] for key in sorted(kept)], stream, ensure_ascii=False, indent=2)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
