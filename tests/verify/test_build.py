"""Subjects from the real inventory: places, proofs and the registry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import InputError, NothingChecked
from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.lookup import Lookup
from ipv6.plan.plan import make_plan
from ipv6.verify.build import shared_subject, site_subjects, zone_subjects
from ipv6.verify.check import check, discover
from ipv6.verify.flows import probe, proof
from ipv6.verify.model import FAMILIES, Answer, Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.round import conclude, items, questions
from ipv6.verify.subjects import SiteSubject
from jiyue.probe.rounds import measure
from jiyue.probe.runner import Runner

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


@pytest.fixture(scope="module")
def claims(inv: Inventory) -> dict[str, str]:
    return {claim.key: claim.prefix for claim in make_plan(inv, ()).claims}


def test_every_site_is_a_subject_with_both_addresses(inv: Inventory, claims: dict[str, str]) -> None:
    subjects = site_subjects(inv, claims)
    assert [one.name for one in subjects] == [site.name for site in inv.sites]
    assert all(one.address4 and ":" in one.address6 and "/" not in one.address6 for one in subjects)
    # The servers of other cities are not there yet when a platform's own wave goes.
    cities = {"changsha": "ns3.hunan.gov.cn", "hengyang": "ns4.hunan.gov.cn"}
    for one in subjects:
        own = [cities[one.platform]] if one.platform in cities else []
        assert [name for name, _ in one.servers] == ["ns1.hunan.gov.cn", "ns2.hunan.gov.cn", *own]


def test_sites_behind_an_edge_are_asked_there_and_looked_at_on_their_host(
    inv: Inventory, claims: dict[str, str]
) -> None:
    """By address and by name visitors meet the edge; sockets and addresses are the host's own."""
    edge = Lookup(inv, claims).edge(inv.platform_by_name["changsha"])[1]
    for one in site_subjects(inv, claims, ["changsha"]):
        assert (one.address6, one.behind6) == (edge, claims[f"site/{one.name}"].partition("/")[0])
        asked = [probe for probe in questions(discover(), [one]) if probe.family == 6 and probe.address]
        assert {probe.address for probe in asked if probe.kind in ("tcp", "tls", "http", "mtu")} == {edge}
        assert bool(one.reverse) == (one.name == "www.changsha.gov.cn")
    assert not any(one.behind6 for one in site_subjects(inv, claims) if one.platform != "changsha")


def test_an_edge_that_is_silent_is_named_with_what_brings_it_up(inv: Inventory, claims: dict[str, str]) -> None:
    (found,) = [one for one in discover() if one.id == "tcp-ports"]
    (site, *_) = site_subjects(inv, claims, ["changsha"])
    answers = {probe: Answer(({"state": "open" if probe.family == 4 else "refused"},) * 3) for probe in found.ask(site)}
    verdict = found.judge(site, answers)
    assert isinstance(verdict, Fail)
    *_, said = verdict.reasons
    assert said == f"{site.address6} is the edge of changsha's cluster; if no pod answers: `jiyue stack up changsha`"
    plain = replace(site, behind6="")
    assert said not in found.judge(plain, answers).reasons  # type: ignore[union-attr]


def test_without_claims_no_check_of_a_site_can_pass_over_ipv6(inv: Inventory) -> None:
    (subject, *_) = site_subjects(inv, {})
    assert subject.address6 == "" and subject.servers == ()


def test_every_forbidden_flow_has_addresses_and_a_possible_proof(inv: Inventory, claims: dict[str, str]) -> None:
    for subject in zone_subjects(inv, claims):
        denied = [pair for pair in subject.pairs if not pair.allowed]
        assert len(denied) >= 40
        for pair in denied:
            for family in FAMILIES:
                asked = probe(pair, family)
                assert asked.vantage and (":" in asked.address) == (family == 6)
                assert proof(subject, pair, family), pair.label


def test_an_ipv6_only_vantage_never_speaks_ipv4(inv: Inventory, claims: dict[str, str]) -> None:
    subjects = (*site_subjects(inv, claims), *zone_subjects(inv, claims), shared_subject(inv, claims))
    for asked in questions(discover(), subjects):
        assert asked.vantage
        assert not (asked.vantage == "vantage-v6" and asked.family == 4)
        assert not (asked.vantage == "vantage-v4" and asked.family == 6)


def test_port_53_of_the_province_is_tried_at_the_name_server(inv: Inventory, claims: dict[str, str]) -> None:
    (subject,) = zone_subjects(inv, claims, ["hunan"])
    targets = {pair.target.addresses[0] for pair in subject.pairs if pair.port == 53}
    assert targets == {"198.18.0.21"}


def test_an_unknown_platform_is_refused(inv: Inventory) -> None:
    with pytest.raises(InputError, match=r"there is no such platform; choose one of .*hunan"):
        site_subjects(inv, {}, ["atlantis"])


def test_nothing_to_check_is_an_error_of_its_own() -> None:
    with pytest.raises(NothingChecked):
        measure(discover(), (), Runner(Path("none")))


def test_a_check_that_asked_nothing_is_not_green(inv: Inventory) -> None:
    @check("lazy", passes="nothing is asked", needs=(), layer="name", owner="dns")
    class Lazy:
        @staticmethod
        def ask(subject: SiteSubject) -> tuple[Probe, ...]:
            return ()

        @staticmethod
        def judge(subject: SiteSubject, answers: Answers) -> Verdict:
            return Pass()

    (result,) = conclude(items([Lazy], site_subjects(inv, {})[:1]), {})
    assert result.verdict.word == "unknown"


def test_a_fail_without_a_reason_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one reason"):
        Fail(())


def test_checks_have_distinct_ids_in_kebab_case() -> None:
    ids = [one.id for one in discover()]
    assert len(ids) >= 11 and len(set(ids)) == len(ids)
    assert all(id == id.lower() and "_" not in id for id in ids)
