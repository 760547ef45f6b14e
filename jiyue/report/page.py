"""From the inventory and the stored results to what the report says; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inventory.model import Inventory, Platform
from ipv6.verify.score.doctor import Diagnosis
from jiyue.report import words
from jiyue.report.accepting import clauses, requirements
from jiyue.report.funnel import funnel
from jiyue.report.model import Page, PlatformRow
from jiyue.report.model_site import Result, SiteRow
from jiyue.report.moving import moves
from jiyue.report.scores import Scores, indicators
from jiyue.report.words import Text

ORDER = [key for key, _, _ in words.STAGES]
NOTE = 200
"""Characters of a note; the whole answer is the evidence."""


def page(inv: Inventory, data: Mapping[str, Any], diagnosis: Diagnosis | None = None) -> Page:
    """The report of an inventory.

    `data` may hold `generated` (UTC text), `platforms` (rows of `jiyue status`), `verify`, `stack` and `assessments`
    (stored results by platform or site), `pods` (platforms whose pods run), `edges` (those whose
    cluster's edge is a stand-in), `addresses6` (planned, by site), `moves`
    (how far sites of old hosts are, by site), `accept` (an acceptance's data) and `clauses`
    (`jiyue.accept.clauses.coverage`). What is missing shows as not measured.
    """
    status = {str(row["name"]): row for row in data.get("platforms", ())}
    order = [name for wave in inv.waves for name in wave.platforms]
    ranked = sorted(inv.platforms, key=lambda one: order.index(one.name) if one.name in order else len(order))
    scores = Scores(diagnosis)
    rows = tuple(_platform(inv, one, status.get(one.name, {}), data, scores) for one in ranked)
    verdicts = [result.get("verdict") for part in data.get("verify", {}).values() for result in part.get("results", ())]
    accept = data.get("accept") or {}
    return Page(
        environment=inv.environment.title,
        lab=inv.environment.kind == "lab",
        calendar=inv.environment.calendar,
        generated=str(data.get("generated", "")),
        platforms=rows,
        checks=(verdicts.count("pass"), verdicts.count("fail"), verdicts.count("unknown")),
        funnel=funnel(rows),
        sets=scores.whole,
        indicators=indicators(inv.indicators) if diagnosis else (),
        requirements=requirements(accept),
        clauses=clauses(data.get("clauses", ())),
        moves=moves(inv, data.get("moves", {})),
        running=tuple(one.name for one in ranked if one.name in data.get("pods", ())),
        edges=tuple(one.name for one in ranked if one.name in data.get("edges", ())),
    )


def _platform(
    inv: Inventory, platform: Platform, row: Mapping[str, Any], data: Mapping[str, Any], scores: Scores
) -> PlatformRow:
    verified = data.get("verify", {}).get(platform.name, {})
    by_subject: dict[str, list[Mapping[str, Any]]] = {}
    for one in verified.get("results", ()):
        by_subject.setdefault(str(one.get("subject", "")), []).append(one)
    stack = data.get("stack", {}).get(platform.name, {})
    stage = str(row.get("stage", "inventoried"))
    acceptance = _acceptance(data, platform.name)
    sites = tuple(_site(site, platform.name, by_subject.pop(site.name, ()), data, scores) for site in platform.sites)
    reasons = [str(one) for one in row.get("reasons", ())]
    if stage != "accepted":
        reasons += list(acceptance.get("reasons", ()))[:20]
    state = str(row.get("stack", stack.get("state", "absent")))
    stack_word, stack_name = words.stack(state)
    counts = sum(int(stack.get(key, 0)) for key in ("created", "updated", "unchanged")) if stack else 0
    return PlatformRow(
        name=platform.name,
        code=platform.code,
        title=platform.title,
        short=inv.region_by_code[platform.code].name if platform.code in inv.region_by_code else platform.name,
        word="pass" if stage == "accepted" else "fail" if reasons or stage == "rejected" else "unknown",
        stage=words.stage(stage),
        steps=ORDER.index(stage) + 1 if stage in ORDER else 0,
        stack=stack_name,
        stack_word=stack_word,
        stack_counts=str(counts) if stack else "",
        ready=sum(site.word == "pass" for site in sites),
        total=len(sites),
        digest=str(row.get("digest", "")),
        approved_by=str(row.get("approved_by", "")),
        deferred=tuple(device.name for device in platform.devices if not inv.holds(device)),
        accepted=(acceptance.get("passed", 0), acceptance.get("failed", 0), acceptance.get("unknown", 0)),
        # What is left speaks of the platform itself: its zones, its part of the extranet.
        zones=_results(one for several in by_subject.values() for one in several),
        sites=sites,
        causes=scores.causes(platform.name, sites=False),
        reasons=tuple(words.reason(one) for one in dict.fromkeys(reasons)),
    )


def _site(
    site: Any, platform: str, found: Sequence[Mapping[str, Any]], data: Mapping[str, Any], scores: Scores
) -> SiteRow:
    results = _results(found)
    verdicts = {one.word for one in results}
    word = "fail" if "fail" in verdicts else "pass" if verdicts == {"pass"} else "unknown"
    reasons = [_of_check(one, why) for one in results for why in one.reasons]
    if not results:
        reasons = [Text("尚未检测", "not measured yet")]
    return SiteRow(
        name=site.name,
        title=site.title,
        owner=site.owner,
        platform=platform,
        address4=str(site.address4),
        address6=str(data.get("addresses6", {}).get(site.name, "")),
        word=word,
        assessed=str(data.get("assessments", {}).get(site.name, {}).get("result", "")),
        reasons=tuple(dict.fromkeys(reasons)),
        results=results,
        sets=scores.sets(site.name),
        items=scores.items(site.name),
        causes=scores.causes(site.name),
    )


def _of_check(result: Result, why: Text) -> Text:
    return Text(f"{result.name.zh}：{why.zh}", f"{result.name.en}: {why.en}")


def _results(found: Iterable[Mapping[str, Any]]) -> tuple[Result, ...]:
    return tuple(
        Result(
            check=str(one.get("check", "")),
            word=words.known(str(one.get("verdict", ""))),
            layer=str(one.get("layer", "")),
            owner=str(one.get("owner", "")),
            standing=str(one.get("standing", "")),
            reasons=tuple(words.reason(str(why)) for why in one.get("reasons", ())),
            notes=tuple(words.reason(str(note)[:NOTE]) for note in one.get("notes", ())),
            evidence=tuple(str(name) for name in one.get("evidence", ())),
        )
        for one in found
    )


def _acceptance(data: Mapping[str, Any], platform: str) -> Mapping[str, Any]:
    found = (data.get("accept") or {}).get("platforms", ())
    return next((one for one in found if one.get("name") == platform), {})
