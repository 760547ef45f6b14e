"""What the page shows, computed from the inventory and the stored results; pure, the page only lays it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.model import Inventory, Platform
from jiyue.report import words
from jiyue.report.words import Text

ORDER = [key for key, _, _ in words.STAGES]


@dataclass(frozen=True, slots=True)
class Chip:
    """One check of one site: `word` is pass, fail or unknown; `detail` is what was seen."""

    name: Text
    word: str
    mark: str
    detail: str


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site with its checks and the reason behind every red."""

    name: str
    title: str
    owner: str
    address4: str
    address6: str
    word: str
    assessed: str
    chips: tuple[Chip, ...]
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """One platform; `steps` is how many of the nine stages it has reached."""

    name: str
    code: str
    title: str
    short: str
    word: str
    stage: Text
    steps: int
    stack: Text
    stack_word: str
    stack_counts: str
    ready: int
    total: int
    digest: str
    approved_by: str
    deferred: tuple[str, ...]
    accepted: tuple[int, int, int]
    zones: tuple[Chip, ...]
    sites: tuple[SiteRow, ...]
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """One requirement of the acceptance with its verdict."""

    clause: str
    title: Text
    word: str
    mark: str
    tests: int
    failed: int


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page."""

    environment: str
    lab: bool
    calendar: str
    generated: str
    platforms: tuple[PlatformRow, ...]
    requirements: tuple[RequirementRow, ...]
    checks: tuple[int, int, int]

    @property
    def accepted(self) -> int:
        """How many platforms are accepted."""
        return sum(row.word == "pass" for row in self.platforms)

    @property
    def sites(self) -> tuple[int, int]:
        """Sites ready, sites in all."""
        return sum(row.ready for row in self.platforms), sum(row.total for row in self.platforms)

    @property
    def deferred(self) -> int:
        """Devices that the environment does not hold."""
        return sum(len(row.deferred) for row in self.platforms)


def page(inv: Inventory, data: Mapping[str, Any]) -> Page:
    """The page of an inventory.

    `data` may hold `generated` (UTC text), `platforms` (rows of `jiyue status`), `verify`, `stack` and `assessments`
    (stored results by platform or site) and `accept` (an acceptance's data). What is missing shows as not measured.
    """
    status = {str(row["name"]): row for row in data.get("platforms", ())}
    order = [name for wave in inv.waves for name in wave.platforms]
    ranked = sorted(inv.platforms, key=lambda one: order.index(one.name) if one.name in order else len(order))
    rows = tuple(_platform(inv, one, status.get(one.name, {}), data) for one in ranked)
    verdicts = [result.get("verdict") for part in data.get("verify", {}).values() for result in part.get("results", ())]
    return Page(
        environment=inv.environment.title,
        lab=inv.environment.kind == "lab",
        calendar=inv.environment.calendar,
        generated=str(data.get("generated", "")),
        platforms=rows,
        requirements=tuple(_requirement(one) for one in (data.get("accept") or {}).get("requirements", ())),
        checks=(verdicts.count("pass"), verdicts.count("fail"), verdicts.count("unknown")),
    )


def _platform(inv: Inventory, platform: Platform, row: Mapping[str, Any], data: Mapping[str, Any]) -> PlatformRow:
    verified = data.get("verify", {}).get(platform.name, {})
    results = verified.get("results", ())
    stack = data.get("stack", {}).get(platform.name, {})
    stage = str(row.get("stage", "inventoried"))
    acceptance = _acceptance(data, platform.name)
    sites = tuple(
        _site(inv, site.name, [one for one in results if one.get("subject") == site.name], data)
        for site in platform.sites
    )
    reasons = [str(one) for one in row.get("reasons", ())]
    if stage != "accepted":
        reasons += list(acceptance.get("reasons", ()))[:20]
    word = "pass" if stage == "accepted" else "fail" if reasons or stage == "rejected" else "unknown"
    state = str(row.get("stack", stack.get("state", "absent")))
    stack_word, stack_name = words.stack(state)
    counts = {key: int(stack.get(key, 0)) for key in ("created", "updated", "deleted", "unchanged")} if stack else {}
    return PlatformRow(
        name=platform.name,
        code=platform.code,
        title=platform.title,
        short=inv.region_by_code[platform.code].name if platform.code in inv.region_by_code else platform.name,
        word=word,
        stage=words.stage(stage),
        steps=ORDER.index(stage) + 1 if stage in ORDER else 0,
        stack=stack_name,
        stack_word=stack_word,
        stack_counts=str(counts["created"] + counts["updated"] + counts["unchanged"]) if counts else "",
        ready=sum(site.word == "pass" for site in sites),
        total=len(sites),
        digest=str(row.get("digest", "")),
        approved_by=str(row.get("approved_by", "")),
        deferred=tuple(device.name for device in platform.devices if not inv.holds(device)),
        accepted=(acceptance.get("passed", 0), acceptance.get("failed", 0), acceptance.get("unknown", 0)),
        zones=tuple(_chip(one) for one in results if one.get("layer") == "zone"),
        sites=sites,
        reasons=tuple(words.reason(one) for one in dict.fromkeys(reasons)),
    )


def _site(inv: Inventory, name: str, results: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> SiteRow:
    site = next(one for one in inv.sites if one.name == name)
    reasons = [words.of_check(str(one["check"]), str(why)) for one in results for why in one.get("reasons", ())]
    verdicts = {str(one.get("verdict")) for one in results}
    word = "fail" if "fail" in verdicts else "pass" if verdicts == {"pass"} else "unknown"
    if not results:
        reasons = [Text("尚未检测", "not measured yet")]
    assessment = data.get("assessments", {}).get(name, {})
    planned = data.get("addresses6", {}).get(name, "")
    return SiteRow(
        name=name,
        title=site.title,
        owner=site.owner,
        address4=str(site.address4),
        address6=str(planned),
        word=word,
        assessed=str(assessment.get("result", "")),
        chips=tuple(_chip(one) for one in results),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _chip(result: Mapping[str, Any]) -> Chip:
    word = str(result.get("verdict", "unknown"))
    mark, _ = words.verdict(word)
    detail = "; ".join(str(one) for one in (*result.get("reasons", ()), *result.get("notes", ())))
    return Chip(words.check(str(result.get("check", ""))), word if word in words.VERDICTS else "unknown", mark, detail)


def _acceptance(data: Mapping[str, Any], platform: str) -> Mapping[str, Any]:
    found = (data.get("accept") or {}).get("platforms", ())
    return next((one for one in found if one.get("name") == platform), {})


def _requirement(one: Mapping[str, Any]) -> RequirementRow:
    word = str(one.get("verdict", "unknown"))
    mark, _ = words.verdict(word)
    title = Text(str(one.get("title", "")), str(one.get("title_en", "")))
    return RequirementRow(str(one.get("clause", "")), title, word, mark, int(one["tests"]), int(one["failed"]))
