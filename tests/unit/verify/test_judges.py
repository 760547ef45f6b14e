"""Every judge against the cases on disk: `cases/<check>/<verdict>/<case>.json`; the folder names the verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ipv6.verify.check import discover
from ipv6.verify.model import Answer, Probe
from ipv6.verify.round import verdicts
from ipv6.verify.subjects import Pair, Place, Server, SharedSubject, SiteSubject, Subject, ZoneSubject

CASES = Path(__file__).parent / "cases"
CHECKS = {check.id: check for check in discover()}
FILES = sorted(CASES.glob("*/*/*.json"))

NET = Place("internet", ("vantage-v4", "vantage-v6"), ("", ""))
DMZ = Place("dmz", ("site-changsha", "site-changsha"), ("198.18.1.10", "3fff:ff1:100:1000::10"))
DATA = Place("data", ("zone-changsha", "zone-changsha"), ("10.2.17.10", "3fff:10:100:3000::10"), "data")
SECURITY = Place("security", ("zone-changsha", "zone-changsha"), ("10.2.20.10", "3fff:10:100:6000::10"), "security")
ALLOWED = (Pair(NET, DMZ, "tcp", 443, True), Pair(DATA, SECURITY, "tcp", 6514, True))
DENIED = (Pair(NET, DATA, "tcp", 22, False), Pair(SECURITY, DATA, "tcp", 9443, False))


def subject(about: type, changes: dict[str, Any]) -> Subject:
    if about is SiteSubject:
        servers = (("ns1.hunan.gov.cn", "3fff:ff1:0:1000::21"), ("ns2.hunan.gov.cn", "3fff:ff1:0:1000::22"))
        base = {
            "name": "www.changsha.gov.cn",
            "platform": "changsha",
            "zone": "changsha.gov.cn",
            "address4": "198.18.1.10",
            "address6": "3fff:ff1:100:1000::10",
            "servers": servers,
        }
        made = {**base, **changes}
        return SiteSubject(**{**made, "servers": tuple(tuple(server) for server in made["servers"])})
    if about is ZoneSubject:
        pairs = (*changes.get("allowed", ALLOWED), *changes.get("denied", DENIED))
        return ZoneSubject("changsha zones", "changsha", pairs)
    core6 = changes.get("core6", "3fff:10::1")
    shared = (
        Server("ns1.hunan.gov.cn", "ns1", "198.18.0.21", "3fff:ff1:0:1000::21"),
        Server("ns2.hunan.gov.cn", "ns2", "198.18.0.22", "3fff:ff1:0:1000::22"),
    )
    return SharedSubject("shared", "shared", ("changsha.gov.cn",), shared, "core", "10.255.0.1", core6)


def answers(probes: tuple[Probe, ...], rules: list[dict[str, Any]]) -> dict[Probe, Answer]:
    found = {}
    for probe in probes:
        data = probe.data()
        for rule in rules:
            if all(data[key] == value for key, value in rule["match"].items()):
                found[probe] = Answer(tuple(rule.get("samples", ())), rule.get("problem", ""), "e" * 64)
                break
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.with_suffix("").parts[-3:]))
def test_verdict(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    check = CHECKS[path.parts[-3]]
    about = subject(check.about, case.get("subject", {}))
    (result,) = verdicts([check], [about], answers(check.ask(about), case["answers"]))
    assert result.verdict.word == path.parts[-2], result.reasons
    said = "\n".join(result.reasons)
    for words in case.get("says", ()):
        assert words in said
    assert bool(result.reasons) == (result.verdict.word != "pass")


def test_every_check_has_cases_of_every_verdict() -> None:
    assert len(FILES) > 80
    seen = {(path.parts[-3], path.parts[-2]) for path in FILES}
    assert seen == {(id, verdict) for id in CHECKS for verdict in ("pass", "fail", "unknown")}
