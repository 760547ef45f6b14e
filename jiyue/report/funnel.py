"""NIST's funnel over the hosted sites: registered, AAAA, reachable over IPv6, same content, accepted."""

from __future__ import annotations

from collections.abc import Sequence

from jiyue.report.model import PlatformRow, Step
from jiyue.report.model_site import SiteRow
from jiyue.report.words import Text

STEPS: tuple[tuple[str, str, Text], ...] = (
    ("aaaa", "aaaa-published", Text("有 AAAA 记录", "have AAAA")),
    ("reachable", "tcp-ports", Text("IPv6 可达", "reachable over IPv6")),
    ("same", "same-site", Text("内容一致", "same content")),
)
"""Steps that a check decides."""


def funnel(platforms: Sequence[PlatformRow]) -> tuple[Step, ...]:
    """Each step counts the sites that passed it and every step before; those lost there are red or not measured."""
    left = [(row, site) for row in platforms for site in row.sites]
    steps = [Step("registered", Text("已登记", "registered"), len(left), 0, 0)]
    for id, check, title in STEPS:
        words = [(pair, _word(pair[1], check)) for pair in left]
        left = [pair for pair, word in words if word == "pass"]
        steps.append(_step(id, title, [word for _, word in words]))
    steps.append(_step("accepted", Text("已验收", "accepted"), [row.word for row, _ in left]))
    return tuple(steps)


def _step(id: str, title: Text, words: Sequence[str]) -> Step:
    return Step(id, title, words.count("pass"), words.count("fail"), words.count("unknown"))


def _word(site: SiteRow, check: str) -> str:
    return next((one.word for one in site.results if one.check == check), "unknown")
