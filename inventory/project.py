"""Where the project lies on this machine."""

from __future__ import annotations

from pathlib import Path

from inventory.errors import EnvironmentFailed


def find_root(start: Path, *others: Path) -> Path:
    """The checkout that holds `start` or one of the others: the nearest folder with Pulumi.yaml and inventory/.

    EnvironmentFailed when there is none.
    """
    for base in (start, *others):
        for folder in (base, *base.parents):
            if (folder / "Pulumi.yaml").is_file() and (folder / "inventory").is_dir():
                return folder
    raise EnvironmentFailed(
        str(start), "no jiyue project here", "change into the checkout, the folder that holds Pulumi.yaml"
    )
