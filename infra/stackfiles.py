"""Generates `stacks/Pulumi.<platform>.yaml` from the inventory: `python -m infra.stackfiles` writes what differs."""

from __future__ import annotations

from pathlib import Path

import yaml

from infra.project import PROVINCE, find_root
from inventory.atomic import write_if_changed
from inventory.model import Inventory, Platform
from inventory.source import load

HEADER = "# Generated from inventory/{province}/platforms/{name}.yaml: python -m infra.stackfiles\n"


def text_of(platform: Platform, province: str) -> str:
    """The stack file of a platform: its name, its code and, when it has any, its function overrides."""
    config: dict[str, object] = {"jiyue:platform": platform.name, "jiyue:code": platform.code}
    if platform.functions:
        config["jiyue:functions"] = {
            name: setting.model_dump(exclude_none=True) for name, setting in sorted(platform.functions.items())
        }
    body = yaml.safe_dump({"config": config}, sort_keys=False, allow_unicode=True, default_flow_style=False)
    return HEADER.format(province=province, name=platform.name) + body


def wanted(inventory: Inventory) -> dict[str, str]:
    """File name -> text, one per platform."""
    return {f"Pulumi.{item.name}.yaml": text_of(item, inventory.name) for item in inventory.platforms}


def stale(inventory: Inventory, folder: Path) -> tuple[str, ...]:
    """Names of files that are missing, differ, or belong to no platform."""
    texts = wanted(inventory)
    here = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("Pulumi.*.yaml")}
    return tuple(sorted(name for name in {*texts, *here} if texts.get(name) != here.get(name)))


def write(inventory: Inventory, folder: Path) -> tuple[str, ...]:
    """Bring the folder up to date; returns the names that changed."""
    folder.mkdir(exist_ok=True)
    texts = wanted(inventory)
    changed = stale(inventory, folder)
    for name in changed:
        if name in texts:
            write_if_changed(folder / name, texts[name])
        else:
            (folder / name).unlink()
    return changed


if __name__ == "__main__":
    project = find_root(Path.cwd())
    write(load(project / "inventory" / PROVINCE), project / "stacks")
