"""Ten seeded ones of each campaign; all of them belong to `make bench BENCH=apply`."""

from __future__ import annotations

from tests.bench import apply_blast, apply_kills


def test_ten_kills() -> None:
    """A real process and store, killed by the kernel and run again."""
    assert apply_kills.campaign(10, 7)[::2] == (0, [])


def test_ten_bad_changes() -> None:
    """None gets beyond the canary's batch, none stays."""
    found = apply_blast.campaign(10, 7)
    assert [row[1:] for _, row in found] == [(0, 0)] * 10
    assert len({mistake.kind for mistake, _ in found}) > 3
