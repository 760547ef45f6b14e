"""Provinces for the report's tests: all green, with one cause, and as large as wanted."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from inventory.model import Inventory
from ipv6.verify.build import site_subjects
from ipv6.verify.check import discover
from ipv6.verify.model import CheckResult
from ipv6.verify.score.doctor import Diagnosis, diagnose
from ipv6.verify.subjects import SiteSubject

EVIL = "<script>alert(1)</script>\"'><img src=http://evil.test/x><!-- \u2028 ]]> </style>{{7*7}}"


def result(site: str, verdict: str, *reasons: str, check: str = "tcp-ports", layer: str = "network") -> dict[str, Any]:
    keys = {"check": check, "subject": site, "layer": layer, "owner": "network", "verdict": verdict}
    return {**keys, "reasons": list(reasons), "notes": [], "evidence": []}


def data(inv: Inventory, **more: Any) -> dict[str, Any]:
    """A province that is accepted throughout."""
    rows = [
        {"name": one.name, "stage": "accepted", "stack": "unchanged", "digest": "ab" * 32, "approved_by": "省 (k1)"}
        for one in inv.platforms
    ]
    verify = {one.name: {"results": [result(site.name, "pass") for site in one.sites]} for one in inv.platforms}
    return {"generated": "2026-03-01T00:00:00Z", "platforms": rows, "verify": verify, **more}


def measured(inv: Inventory, red: dict[str, str]) -> dict[str, Any]:
    """Every quick check of every site; `red` are sites with the check that fails there."""
    checks = [one for one in discover() if one.about is SiteSubject and one.depth == "quick"]
    verify: dict[str, Any] = {}
    for platform in inv.platforms:
        results = []
        for number, site in enumerate(platform.sites):
            for check in checks:
                bad = red.get(site.name) == check.id
                results.append(
                    {
                        "check": check.id,
                        "platform": platform.name,
                        "subject": site.name,
                        "layer": check.layer,
                        "owner": check.owner,
                        "verdict": "fail" if bad else "pass",
                        "reasons": [f"{site.name}: nothing at [3fff:ff1:100:1000::{number + 1:x}]:443"] if bad else [],
                        "notes": [] if bad else [f"{site.name} answers at [3fff:ff1:100:1000::{number + 1:x}]:443"],
                        "evidence": [f"{number // 20:064x}"],
                        "about": "site",
                        "values": {},
                        "standing": "",
                    }
                )
        verify[platform.name] = {"results": results}
    return verify


def diagnosed(inv: Inventory, site: str, check: str) -> tuple[dict[str, Any], Diagnosis]:
    """A province with one red check of one site, and the doctor's words about it."""
    return _with(inv, {site: check})


def enlarged(inv: Inventory, sites: int) -> tuple[Inventory, dict[str, Any], Diagnosis]:
    """The province with that many sites in equal parts, every tenth of them red."""
    each, platforms, red = sites // len(inv.platforms), [], {}
    checks = ("tcp-ports", "aaaa-published", "same-site", "tls-valid")
    for place, platform in enumerate(inv.platforms):
        first = platform.sites[0]
        made = [
            first.model_copy(
                update={
                    "name": f"bm{number}.{platform.name}.gov.cn",
                    "title": f"{platform.title}第{number}号部门网站",
                    "address4": IPv4Address(int(IPv4Address("198.18.0.0")) + place * each + number),
                }
            )
            for number in range(each)
        ]
        red |= {one.name: checks[n // 10 % 4] for n, one in enumerate(made) if n % 10 == 0}
        platforms.append(platform.model_copy(update={"sites": tuple(made)}))
    large = inv.model_copy(update={"platforms": tuple(platforms)})
    large.__dict__.pop("sites", None)
    large.__dict__.pop("platform_by_name", None)
    return large, *_with(large, red)


def _with(inv: Inventory, red: dict[str, str]) -> tuple[dict[str, Any], Diagnosis]:
    verify = measured(inv, red)
    results = [CheckResult.read(one) for part in verify.values() for one in part["results"]]
    claims = {f"site/{site.name}": "3fff:ff1:100:1000::10/128" for site in inv.sites}
    subjects = site_subjects(inv, claims)
    given = data(inv)
    given["verify"] = verify
    given["addresses6"] = {name: claim.partition("/")[0] for name, claim in claims.items()}
    return given, diagnose(inv.indicators, results, subjects)
