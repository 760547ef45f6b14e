"""Where the project lies, for a program that the engine may start from anywhere."""

from __future__ import annotations

from pathlib import Path

from inventory import project

PROVINCE = "hunan"


def find_root(start: Path) -> Path:
    """The checkout around `start`, or around this file."""
    return project.find_root(start, Path(__file__).resolve().parent)
