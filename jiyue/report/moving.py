"""What the report says of the sites of old hosts; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory.model import Inventory, Platform
from jiyue.report import words
from jiyue.report.model_site import MoveRow
from jiyue.report.words import Text

STATES: dict[str, tuple[str, str, str]] = {
    "unmoved": ("unknown", "未迁移", "not moved"),
    "moving": ("unknown", "迁移中", "moving"),
    "moved": ("pass", "已迁移", "moved"),
    "back": ("unknown", "已退回旧主机", "back on its old host"),
    "retired": ("pass", "已迁移，旧主机已停用", "moved, its old host retired"),
}


def moves(inv: Inventory, progress: Mapping[str, Mapping[str, Any]]) -> tuple[MoveRow, ...]:
    """A row for every site of every old host; `progress` is what the store keeps of moves, by site."""
    return tuple(
        _row(platform, host.name, site, progress.get(site.name, {}))
        for platform in inv.platforms
        for host in platform.old_hosts
        for site in host.sites
    )


def _row(platform: Platform, host: str, site: Any, found: Mapping[str, Any]) -> MoveRow:
    word, zh, en = STATES.get(str(found.get("state", "unmoved")), STATES["unmoved"])
    reason = str(found.get("reason", ""))
    log = found.get("log", ())
    state = Text(zh, en)
    if log and found.get("state") == "moving":
        phase = words.reason(str(log[-1][1]))
        state = Text(f"{zh}：{phase.zh}", f"{en}: {phase.en}")
    return MoveRow(
        name=site.name,
        title=site.title,
        owner=site.owner,
        platform=platform.name,
        host=host,
        word="fail" if reason and word != "pass" else word,
        state=state,
        at=str(log[-1][0]) if log else "",
        files=int(found.get("facts", {}).get("files", 0)),
        reason=words.reason(reason) if reason else Text("", ""),
    )
