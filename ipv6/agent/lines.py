"""The canonical form of a configuration file that is taken as a whole, the same for every driver of one."""

from __future__ import annotations


def normalise(text: str) -> str:
    """The text with clean line ends; idempotent."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "".join(f"{line}\n" for line in lines)
