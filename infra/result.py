"""What became of one stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class StackResult:
    """What became of one stack.

    `state` is updated, unchanged, previewed, drifted, destroyed, absent, failed or stopped (not started).
    Counts are Kubernetes objects and components together; `seconds` is wall time; `reason` says why in one line;
    `lines` are all differences, changes or kept objects; `findings` are policy findings that stop nothing.
    """

    platform: str
    state: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    seconds: float = 0.0
    reason: str = ""
    digest: str = ""
    lines: tuple[str, ...] = ()
    findings: tuple[Mapping[str, str], ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the stack is as it should be."""
        return self.state not in ("failed", "drifted", "stopped")
