"""Where the project lies."""

from __future__ import annotations

from pathlib import Path

from inventory.errors import EnvironmentFailed

PROVINCE = "hunan"


def find_root(start: Path) -> Path:
    """The checkout around `start` (or around this file): the folder with Pulumi.yaml and inventory/."""
    for base in (start, Path(__file__).resolve().parent):
        for folder in (base, *base.parents):
            if (folder / "Pulumi.yaml").is_file() and (folder / "inventory").is_dir():
                return folder
    raise EnvironmentFailed(str(start), "no jiyue project here", "change into the checkout")
