"""Every judge against the cases on disk: `cases/<check>/{pass,fail,unknown}_<case>.yaml`; the name is the verdict.

A case has `subject` (what differs from the usual one), `answers` (the first rule whose `match` fits a probe answers it;
a probe without a rule is not measured), `says` (words of the reasons) and `values` (numbers that indicators get).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from inventory.source import load
from ipv6.verify.check import discover
from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.model import Answer, CheckResult, Probe
from ipv6.verify.round import STEPS, conclude, first, following
from ipv6.verify.subjects import (
    ExtranetSubject,
    Ground,
    Pair,
    Place,
    Server,
    SharedSubject,
    SiteSubject,
    Subject,
    ZoneSubject,
)

CASES = Path(__file__).parent / "cases"
CHECKS = {check.id: check for check in discover()}
FILES = sorted(CASES.glob("*/*.yaml"))
VERDICTS = ("pass", "fail", "unknown")
LIMITS = {**DEFAULT_LIMITS, **load(Path(__file__).parents[2] / "inventory" / "hunan").indicators.values}

NET = Place("internet", ("vantage-v4", "vantage-v6"), ("", ""))
OUT = Place("extranet", ("core", "core"), ("10.255.0.1", "3fff:10::1"))
DMZ = Place("dmz", ("site-changsha", "site-changsha"), ("198.18.1.10", "3fff:ff1:100:1000::10"))
DATA = Place("data", ("zone-changsha", "zone-changsha"), ("10.2.17.10", "3fff:10:100:3000::10"), "data")
SECURITY = Place("security", ("zone-changsha", "zone-changsha"), ("10.2.20.10", "3fff:10:100:6000::10"), "security")
ALLOWED = (Pair(NET, DMZ, "tcp", 443, True), Pair(DATA, SECURITY, "tcp", 6514, True))
DENIED = (Pair(NET, DATA, "tcp", 22, False), Pair(SECURITY, DATA, "tcp", 9443, False))
ECHO = Pair(NET, DMZ, "icmp", 0, True)


def site(changes: dict[str, Any]) -> SiteSubject:
    base = {
        "name": "www.changsha.gov.cn",
        "platform": "changsha",
        "zone": "changsha.gov.cn",
        "address4": "198.18.1.10",
        "address6": "3fff:ff1:100:1000::10",
        "servers": (("ns1.hunan.gov.cn", "3fff:ff1:0:1000::21"), ("ns2.hunan.gov.cn", "3fff:ff1:0:1000::22")),
        "limits": LIMITS,
        "known": ("www.changsha.gov.cn", "jyj.changsha.gov.cn", "www.hunan.gov.cn"),
        "host": "site-changsha",
    }
    made = {**base, **changes}
    made["servers"] = tuple(tuple(server) for server in made["servers"])
    return SiteSubject(**{**made, "known": frozenset(made["known"])})


def extranet(changes: dict[str, Any]) -> ExtranetSubject:
    base: dict[str, Any] = {
        "name": "changsha extranet",
        "platform": "changsha",
        "firewall": "fw-changsha",
        "router": "pe-changsha",
        "grounds": [["site-changsha", ""], ["zone-changsha", "data"]],
        "outside": "outside",
        "ports": {"dmz": "dmz", "data": "data", "security": "security"},
        "extranet": ("10.0.0.0/8", "3fff:10::/32"),
        "pairs": (*ALLOWED, Pair(OUT, DMZ, "tcp", 443, True), *DENIED),
        "adjacent": ("to-core",),
        "peers": ("10.255.0.1", "3fff:10::1"),
        "twins": (("10.2.17.0/24", "3fff:10:100:3000::/52"),),
    }
    made = {**base, **changes}
    made["grounds"] = tuple(Ground(*one) for one in made["grounds"])
    return ExtranetSubject(**{**made, **{key: tuple(made[key]) for key in ("adjacent", "peers", "pairs")}})


def subject(about: type, changes: dict[str, Any]) -> Subject:
    if about is SiteSubject:
        return site(changes)
    if about is ExtranetSubject:
        return extranet(changes)
    if about is ZoneSubject:
        allowed = changes.get("allowed", (*ALLOWED, ECHO) if changes.get("echo") else ALLOWED)
        return ZoneSubject("changsha zones", "changsha", (*allowed, *changes.get("denied", DENIED)))
    core6 = changes.get("core6", "3fff:10::1")
    shared = (
        Server("ns1.hunan.gov.cn", "ns1", "198.18.0.21", "3fff:ff1:0:1000::21"),
        Server("ns2.hunan.gov.cn", "ns2", "198.18.0.22", "3fff:ff1:0:1000::22"),
    )
    return SharedSubject("shared", "shared", ("changsha.gov.cn",), shared, "core", "10.255.0.1", core6)


def answers(probes: Iterable[Probe], rules: list[dict[str, Any]]) -> dict[Probe, Answer]:
    found = {}
    for probe in probes:
        data = probe.data()
        for rule in rules:
            if all(data[key] == value for key, value in rule["match"].items()):
                found[probe] = Answer(tuple(rule.get("samples", ())), rule.get("problem", ""), "e" * 64)
                break
    return found


def judged(id: str, case: dict[str, Any]) -> CheckResult:
    """The result of a case: its answers are given step by step, as a round does."""
    check = CHECKS[id]
    about = subject(check.about, case.get("subject", {}))
    assert check.applies(about)
    asked, given = ((check, about),), answers(check.ask(about), case["answers"])
    for _ in range(STEPS):
        given |= answers(following(asked, given), case["answers"])
    assert set(first(asked)) == set(check.ask(about))
    (result,) = conclude(asked, given)
    return result


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.with_suffix("").parts[-2:]))
def test_verdict(path: Path) -> None:
    case = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    result = judged(path.parent.name, case)
    assert result.verdict.word == path.stem.partition("_")[0], result.reasons
    said = "\n".join(result.reasons)
    for words in case.get("says", ()):
        assert words in said
    notes = "\n".join(getattr(result.verdict, "notes", ()))
    for words in case.get("notes", ()):
        assert words in notes
    assert case.get("values", {}).items() <= dict(result.values).items(), result.values
    assert bool(result.reasons) == (result.verdict.word != "pass")


def test_every_check_has_cases_of_every_verdict() -> None:
    assert len(FILES) > 80
    seen = {(path.parent.name, path.stem.partition("_")[0]) for path in FILES}
    assert seen == {(id, verdict) for id in CHECKS for verdict in VERDICTS}
