"""Logs stay for half a year: logrotate's blocks that remove them earlier, and journald."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from jiyue.probe.agent.baseline.logs import BLOCK, MAIN, NOTHING_SAID, days, settings
from jiyue.sites.checks.host_logs import DAYS, MATTERS, span
from jiyue.sites.hardening.measure import measure
from jiyue.sites.hardening.model import Change, Left, Look, Step

FOLDER = "/etc/logrotate.d/"
JOURNAL = "/etc/systemd/journald.conf.d/zz-jiyue.conf"
_LINE = r"^([ \t]*){word}[ \t]+\S+[ \t]*$"


@measure("logs", "logs-short", "logs-volatile")
def LOGS(host: Look) -> Iterator[Step]:
    """Only what goes too early is changed, and only the numbers of it."""
    inherited = settings(BLOCK.sub("", host.texts.get(MAIN, "")), NOTHING_SAID)
    for path, text in host.texts.items() if "logs-short" not in host.leave else ():
        if path == MAIN or path.startswith(FOLDER):
            after = BLOCK.sub(lambda block: longer(block, inherited), text)
            if after != text:
                yield Change(path, text, after, frozenset({"logs-short"}))
    if host.journald:
        yield from _journal(host)


def longer(block: re.Match[str], inherited: dict[str, float]) -> str:
    """The block, kept long enough; as it is when it is no log of access, logins or the system."""
    found = settings(block["body"], inherited)
    kept = days(found)
    if kept is None or kept >= DAYS or not MATTERS.search(block["paths"]):
        return block[0]
    body, least = block["body"], math.ceil(DAYS / found["every"])
    if 0 <= found["rotate"] < least:
        body = _said(body, "rotate", least)
    if 0 < found.get("maxage", 0) < DAYS:
        body = _said(body, "maxage", DAYS)
    return block[0][: block.start("body") - block.start()] + body + block[0][block.end("body") - block.start() :]


def _said(body: str, word: str, number: int) -> str:
    line = re.compile(_LINE.format(word=word), re.MULTILINE)
    if line.search(body):
        return line.sub(rf"\g<1>{word} {number}", body)
    return f"\n    {word} {number}" + (body if body.startswith("\n") else f"\n{body}")


def _journal(host: Look) -> Iterator[Step]:
    wanted, mends = dict[str, str](), set[str]()
    most = host.journal.get("MaxRetentionSec", "0")
    if most not in ("", "0") and span(most) < DAYS * 86_400:
        wanted["MaxRetentionSec"] = f"{DAYS}day"
        mends.add("logs-short")
    if host.journal.get("Storage", "auto").lower() in ("volatile", "none"):
        wanted["Storage"] = "persistent"
        mends.add("logs-volatile")
    if mends & host.leave:
        yield Left(min(mends & host.leave), "journald stays as it is: somebody answers for it")
    elif wanted:
        before = host.texts.get(JOURNAL)
        old = dict(line.split("=", 1) for line in (before or "").splitlines() if "=" in line)
        text = "[Journal]\n" + "".join(f"{key}={value}\n" for key, value in sorted({**old, **wanted}.items()))
        yield Change(JOURNAL, before, text, frozenset(mends), ("journald",))
