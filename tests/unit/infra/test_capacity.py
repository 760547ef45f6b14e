"""Stacks side by side: bounded by cores and by memory, never none."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.capacity import RESERVE_MIB, STACK_MIB, available_mib, side_by_side


@pytest.mark.parametrize(
    ("free", "cores", "stacks"),
    [(24000, 2, 3), (24000, 16, 17), (RESERVE_MIB + 2 * STACK_MIB, 8, 2), (500, 8, 1), (0, 1, 1)],
)
def test_side_by_side(free: float, cores: int, stacks: int) -> None:
    """A small machine takes one after another."""
    assert side_by_side(free, cores) == stacks


def test_a_control_group_with_less_than_the_machine_decides(tmp_path: Path) -> None:
    """In a container the machine's own memory says nothing."""
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n")
    assert available_mib(meminfo, tmp_path) == 4096
    (tmp_path / "memory.current").write_text(str(512 * 1024**2))
    (tmp_path / "memory.max").write_text("max\n")
    assert available_mib(meminfo, tmp_path) == 4096
    (tmp_path / "memory.max").write_text(str(1024 * 1024**2))
    assert available_mib(meminfo, tmp_path) == 512
