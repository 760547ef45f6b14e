"""Scoring, causes and standing over made results: every point is earned, lost with a reason, or not measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import InputError
from inventory.indicators import Indicators
from inventory.source import load
from ipv6.verify import standing
from ipv6.verify.check import discover
from ipv6.verify.model import CheckResult, Fail, Pass, Unknown, Verdict
from ipv6.verify.score.doctor import Diagnosis, diagnose
from ipv6.verify.score.grade import graded, mean, site_scores, validated
from ipv6.verify.score.rules import PLATFORM, RULES
from ipv6.verify.subjects import ExtranetSubject, SharedSubject, SiteSubject

DATA = load(Path(__file__).parents[2] / "inventory" / "hunan").indicators
CHECKS = {check.id: check for check in discover()}
SITE = "www.changsha.gov.cn"
GOOD = {
    "aaaa-published": {"web-addresses": 1.0},
    "delegation-ipv6": {"name-servers": 2.0},
    "tcp-ports": {"ports-open": 2.0, "ports-share": 1.0},
    "home-complete": {"home-answers": 1.0},
    "same-site": {"body-distance": 0.0},
    "home-success": {"success-rate": 1.0, "success-degradation": 0.0},
    "links-level-2": {"links2-rate": 1.0},
    "links-level-3": {"links3-rate": 1.0},
    "delays": {
        f"{one}-degradation": 0.0 for one in ("dns", "tcp", "first-byte", "home", "speed")
    },
}  # fmt: skip
SUBJECT = SiteSubject(SITE, "changsha", "changsha.gov.cn", "198.18.1.10", "3fff:ff1:100:1000::10", host="site-changsha",
                      reverse="0.1.ip6.arpa", names="hunan")  # fmt: skip


def result(check: str, verdict: Verdict, values: dict[str, float] | None = None) -> CheckResult:
    known = CHECKS[check]
    about = "site" if known.about is SiteSubject else known.about.kind
    name = SITE if about == "site" else f"changsha {about}"
    return CheckResult(check, "changsha", name, known.layer, known.owner, verdict, ("e" * 64,), about, values or {})


def world(**red: tuple[Verdict, dict[str, float]] | Verdict) -> tuple[CheckResult, ...]:
    """Everything green but what is named (`tcp_ports=Fail(...)`, or with the values measured)."""
    wrong = {name.replace("_", "-"): value for name, value in red.items()}
    found = []
    for id, check in CHECKS.items():
        if check.about is SharedSubject:
            continue
        told = wrong.get(id, (Pass(), GOOD.get(id, {})))
        verdict, values = told if isinstance(told, tuple) else (told, {})
        found.append(result(id, verdict, values))
    return tuple(found)


def of(**red: tuple[Verdict, dict[str, float]] | Verdict) -> Diagnosis:
    return diagnose(DATA, world(**red), [SUBJECT])


def test_everything_green_is_a_hundred_everywhere() -> None:
    found = of()
    assert [one.score for one in found.whole] == [100.0] * len(DATA.standards)
    assert all(one.passed for one in found.whole) and not found.causes
    assert found.funnel == {"sites": 1, "aaaa": 1, "reachable": 1, "answers": 1, "complete": 1}


def test_every_check_that_indicators_name_exists_and_every_value_is_given() -> None:
    validated(DATA)
    given_ = {name for values in GOOD.values() for name in values}
    assert {one.measure for one in DATA.indicators if one.measure} <= given_
    wrong = DATA.model_copy(
        update={"indicators": (DATA.indicators[0].model_copy(update={"checks": ("aaaa-publishd",)}),)}
    )
    with pytest.raises(InputError, match="no check is called aaaa-publishd"):
        validated(Indicators.model_validate(wrong.model_dump()))


def test_rules_name_checks_that_exist() -> None:
    named = {rule.check for rule in RULES} | {one for rule in RULES for one in rule.explains} | set(PLATFORM)
    assert named <= set(CHECKS)
    sites = {id for id, check in CHECKS.items() if check.about is SiteSubject}
    assert sites == {rule.check for rule in RULES if not rule.wide}, "a red check without a rule has no cause"


CASES = yaml.safe_load((Path(__file__).parent / "causes.yaml").read_text(encoding="utf-8"))


def red_of(case: dict[str, Any]) -> dict[str, tuple[Verdict, dict[str, float]] | Verdict]:
    told: dict[str, tuple[Verdict, dict[str, float]] | Verdict] = {}
    for id, one in case["red"].items():
        verdict: Verdict = Fail(tuple(one["fail"])) if "fail" in one else Unknown(one["unknown"])
        told[id] = (verdict, one.get("values", {}))
    return told


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['cause']} behind {' '.join(case['red'])}")
def test_the_deepest_red_check_is_the_cause(case: dict[str, Any]) -> None:
    found = of(**red_of(case))
    assert len(found.causes) == case["causes"], [one.check for one in found.causes]
    cause = next(one for one in found.causes if one.check == case["cause"])
    assert (cause.layer, cause.owner) == (case["layer"], case["owner"])
    assert cause.reasons and cause.evidence and cause.draft.fix
    failed = {id for id, one in case["red"].items() if "fail" in one}
    explained = {one for each in found.causes for one in (each.check, *each.explains)}
    assert failed <= explained | {"zone-allow"}  # a platform's own consequence, told beside its cause
    if any(item.state in ("lost", "part") for one in found.sites for each in one.sets for item in each.items):
        assert sum(one.points for one in found.causes) > 0
        after = {one.standard: one.score for one in found.predicted}
        assert all(after[one.standard] >= one.score for one in found.whole)


SILENT = ("changsha.gov.cn SOA at [x]:53: timeout", "changsha.gov.cn SOA at [y]:53: timeout")
DROPPED = "internet to dmz udp/53 is allowed, but [x]:53 over IPv6 from vantage-v6: timeout after 2500 ms"


@pytest.mark.parametrize(
    ("silent", "check", "reason", "causes"),
    [
        (SILENT, "zone-allow", DROPPED, {("hunan", "zone-allow", "filter", "network")}),
        (SILENT, "extranet-routes", "pe-hunan BGP neighbour x: Active",
         {("hunan", "extranet-routes", "route", "network")}),
        (SILENT, "default-routes", "fw-hunan does not forward IPv6", {("hunan", "default-routes", "route", "network")}),
        (SILENT[:1], "zone-allow", DROPPED, {("changsha", "ns-over-ipv6", "delegation", "dns"),
                                             ("hunan", "zone-allow", "filter", "network")}),
        (SILENT, "zone-allow", "app to data tcp/5432 is allowed, but x",
         {("changsha", "ns-over-ipv6", "delegation", "dns"),
                                             ("hunan", "zone-allow", "filter", "network")}),
    ],
    ids=["filter", "route", "forwarding", "one of two is silent", "another flow"],
)  # fmt: skip
def test_the_way_to_the_name_servers_is_asked_before_the_servers(
    silent: tuple[str, ...], check: str, reason: str, causes: set[tuple[str, str, str, str]]
) -> None:
    there = replace(result(check, Fail((reason,))), platform="hunan", subject="hunan zones")
    results = (*world(ns_over_ipv6=Fail(silent), aaaa_published=Fail(("the resolver gave timeout",))), there)
    found = diagnose(DATA, results, [SUBJECT]).causes
    assert {(one.platform, one.check, one.layer, one.owner) for one in found} == causes


def test_a_template_line_is_drafted() -> None:
    why = "IPv4 address instead of a name"
    lines = (
        f"line 5 <img> http://198.18.1.10/x.png over IPv6: {why}",
        "line 9 <script> https://cdn.example/a.js over IPv6: its name has no AAAA record",
    )
    (cause,) = of(home_complete=(Fail(lines), {"home-answers": 1.0})).causes
    assert cause.draft.edits == (
        (f"https://{SITE}/", 5, "http://198.18.1.10/x.png", "/x.png"),
        (f"https://{SITE}/", 9, "https://cdn.example/a.js", "/copies/a.js"),
    )
    level = f"https://{SITE}/zwgk/ line 3 <a> https://{SITE}/zwgk/b.html: reset after 4 ms"
    (cause,) = of(links_level_2=(Fail(("x", level)), {"links2-rate": 0.5})).causes
    assert cause.draft.edits == ((f"https://{SITE}/zwgk/", 3, f"https://{SITE}/zwgk/b.html", "/zwgk/b.html"),)


def test_a_prediction_counts_only_what_is_cured() -> None:
    """Two causes: curing one regains its own points and not those that the other one holds back."""
    red = {
        "aaaa_published": (Fail(("no AAAA",)), {"web-addresses": 0.0}),
        "same_site": (Fail(("bodies differ",)), {"body-distance": 60.0}),
    }
    found = of(**red)
    aaaa = next(one for one in found.causes if one.check == "aaaa-published")
    scores = {one.standard: one.score for one in aaaa.predicted}
    assert scores["national-monitoring"] == 100.0 and scores["site-scoring"] == 90.0
    assert all(one.score == 100.0 for one in found.predicted)


def test_unmeasured_earns_nothing_and_is_no_lost_point() -> None:
    found = of(delays=Unknown("vantage gone"), home_success=Unknown("vantage gone"))
    national = found.whole[0]
    assert (national.score, national.measured, national.passed) == (37.5, 37.5, False)
    assert not found.causes and len(found.unmeasured) == 2
    quick = tuple(one for one in world() if CHECKS[one.check].depth == "quick")
    score = diagnose(DATA, quick, [SUBJECT]).whole[0]
    assert (score.score, score.measured) == (37.5, 37.5)


def test_half_points_for_one_name_server() -> None:
    one = of(delegation_ipv6=(Fail(("1 name server, 2 wanted",)), {"name-servers": 1.0})).sites[0]
    items = {item.indicator: item for each in one.sets for item in each.items}
    assert (items["nl-ns-aaaa"].state, items["nl-ns-aaaa"].earned) == ("part", 10.0)
    assert (items["nm-delegation"].state, items["nm-delegation"].earned) == ("lost", 0.0)
    assert items["nl-ns-aaaa"].reasons == ("1 name server, 2 wanted",)


VERDICTS = st.sampled_from((Pass(), Fail(("x",)), Unknown("y")))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(CHECKS)), VERDICTS))
def test_points_add_up_and_more_green_is_never_less(verdicts: dict[str, Verdict]) -> None:
    """Earned is between nothing and the weight, each missing point has a reason, a cure never costs points."""
    results = {id: result(id, verdict) for id, verdict in verdicts.items() if CHECKS[id].about is SiteSubject}
    before = graded(DATA, results)
    for one in before:
        assert 0 <= one.score <= one.measured <= 100
        for item in one.items:
            assert 0 <= item.earned <= item.weight
            assert bool(item.reasons) == (item.state != "full"), item
    for id in results:
        cured = graded(DATA, results, {id})
        assert all(new.score >= old.score for new, old in zip(cured, before, strict=True))


def test_means_are_plain() -> None:
    scores = site_scores(DATA, world())
    worse = tuple(replace(one, subject="b") for one in world(aaaa_published=Fail(("x",))) if one.about == "site")
    both = (*scores, *site_scores(DATA, worse))
    assert mean(both)[0].score == 93.75
    assert mean(()) == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("p", "steady"), ("pp", "steady"), ("pf", "recovered"), ("f", "new"), ("fu", "new"), ("ff", "failing"),
        ("fp", "suspect"), ("fup", "suspect"), ("ffp", "regression"), ("fpf", "regression"), ("fppf", "suspect"),
        ("u", "unmeasured"), ("up", "unmeasured"), ("fufp", "regression"), ("puf", "recovered"),
    ],
)  # fmt: skip
def test_one_bad_run_is_a_suspicion(words: str, said: str) -> None:
    names = {"p": "pass", "f": "fail", "u": "unknown"}
    assert standing.standing([names[one] for one in words], need=2, runs=3) == said


def test_history_is_bounded_and_survives_rubbish() -> None:
    results = world()
    history: list[dict[str, str]] = []
    for _ in range(standing.KEPT + 5):
        history = standing.remembered(results, history)
    assert len(history) == standing.KEPT
    assert standing.history_of({"runs": [history[0], 1, "x"]}) == [history[0]]
    assert standing.history_of(None) == standing.history_of({"runs": "x"}) == []
    red = world(tcp_ports=Fail(("x",)))
    told = {one.check: one.standing for one in standing.judged(red, history, 2, 3)}
    assert told["tcp-ports"] == "suspect" and told["tls-valid"] == "steady"


def test_results_come_back_from_the_store_as_they_were() -> None:
    for one in (*world(), *world(tcp_ports=Fail(("x",)), delays=Unknown("y"))):
        assert CheckResult.read(one.data()) == one
    assert {one.about for one in world()} == {"site", "zones", ExtranetSubject.kind}
