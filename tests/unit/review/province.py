"""The real province in a checkout of its own, proposed on day 0 with devices in memory; no lab is started."""

from __future__ import annotations

import shutil
from pathlib import Path

from inventory.model import SHARED
from jiyue.propose import propose
from jiyue.workflow.reporter import Quiet
from jiyue.workflow.services import Services
from jiyue.workspace import Workspace
from tests.unit.change.province import ROOT, Fleet


def checkout(into: Path) -> Path:
    """What of a checkout a command reads."""
    root = into / "checkout"
    shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan", ignore=shutil.ignore_patterns("keys"))
    shutil.copytree(ROOT / "stacks", root / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
    return root


def proposed(root: Path, platforms: tuple[str, ...] = (), author: str = "王工") -> Services:
    """Services of the checkout after a first proposal for these platforms (all of them when none is named)."""
    services = Services(Workspace(root))
    names = platforms or (SHARED, *services.platforms)
    propose(services.inventory, root, services.store, Fleet.day(False), names, author, Quiet())
    return services
