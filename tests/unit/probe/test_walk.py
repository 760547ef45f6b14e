"""The walk from the root over one family, against a made-up tree of name servers."""

from __future__ import annotations

import asyncio
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rrset
import pytest

from jiyue.probe.agent import walk
from jiyue.probe.agent.work import Job, Run

ROOT, CN, GOV, NS1, NS2 = "3fff::a", "3fff::b", "3fff::c", "3fff::21", "3fff::22"
SITE = "www.changsha.gov.cn."


class Tree:
    """Zones by server address; delegations by (zone, child): server names; glue and records by (name, type)."""

    def __init__(self) -> None:
        self.zones = {ROOT: ["."], CN: ["cn."], GOV: ["gov.cn."]}
        self.zones |= {NS1: ["hunan.gov.cn.", "changsha.gov.cn."], NS2: ["hunan.gov.cn.", "changsha.gov.cn."]}
        pair = ["ns1.hunan.gov.cn.", "ns2.hunan.gov.cn."]
        self.ns = {".": ["root."], "cn.": ["ns.cn."], "gov.cn.": ["ns.gov.cn."]}
        self.ns |= {"hunan.gov.cn.": pair, "changsha.gov.cn.": pair}
        self.records = {("root.", "AAAA"): [ROOT], ("ns.cn.", "AAAA"): [CN], ("ns.gov.cn.", "AAAA"): [GOV]}
        self.records |= {(pair[0], "AAAA"): [NS1], (pair[1], "AAAA"): [NS2], (SITE, "AAAA"): ["3fff::10"]}
        self.silent: set[str] = set()
        self.no_glue: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    async def query(
        self, name: str, qtype: str, server: str, run: Run, *, recurse: bool, timeout: float
    ) -> dns.message.Message:
        self.asked.append((server, name))
        if server in self.silent:
            raise dns.exception.Timeout
        reply: Any = dns.message.make_response(dns.message.make_query(name, qtype))
        if recurse:
            self._put(reply.answer, name, qtype)
            return reply
        own = max((z for z in self.zones[server] if inside(name, z)), key=len)
        below = [z for z in self.ns if z != own and inside(z, own) and inside(name, z) and z not in self.zones[server]]
        if below:
            child = min(below, key=len)
            self._put(reply.authority, child, "NS")
            for target in self.ns[child]:
                if target not in self.no_glue:
                    self._put(reply.additional, target, "AAAA")
            return reply
        reply.flags |= dns.flags.AA
        self._put(reply.answer, name, qtype)
        return reply

    def _put(self, section: Any, name: str, qtype: str) -> None:
        texts = self.ns.get(name, []) if qtype == "NS" else self.records.get((name, qtype), [])
        if qtype == "SOA" and name in self.ns:
            texts = ["a. b. 1 1 1 1 1"]
        if texts:
            section.append(dns.rrset.from_text(name, 300, "IN", qtype, *texts))


def inside(name: str, zone: str) -> bool:
    return dns.name.from_text(name).is_subdomain(dns.name.from_text(zone))


def go(tree: Tree, monkeypatch: pytest.MonkeyPatch, name: str = SITE) -> dict[str, Any]:
    monkeypatch.setattr(walk, "query", tree.query)
    job = Job(0, "walk", 6, "", 0, name.rstrip("."), "", "AAAA", "/", False, "", 3.0, 1, 1)
    return asyncio.run(walk.walk(job, Run("", lambda line: None, set())))


def zones(sample: dict[str, Any]) -> list[str]:
    return [cut["zone"] for cut in sample["cuts"]]


def test_every_cut_is_found_with_the_servers_that_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    sample = go(tree, monkeypatch)
    assert sample["state"] == "done" and sample["rdata"] == ["3fff::10"]
    assert zones(sample) == [".", "cn.", "gov.cn.", "changsha.gov.cn."]
    assert [ns["answered"] for ns in sample["cuts"][-1]["ns"]] == [[NS1], [NS2]]


def test_a_server_in_another_zone_is_looked_up_by_a_walk_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    # The parent gives glue for the zone the servers live in, but not for the zone beside it.
    original = tree._put

    def without(section: Any, name: str, qtype: str) -> None:
        if not (name.startswith("ns") and name.endswith("hunan.gov.cn.") and tree.asked[-1][1] == "changsha.gov.cn."):
            original(section, name, qtype)

    monkeypatch.setattr(tree, "_put", without)
    sample = go(tree, monkeypatch)
    assert sample["state"] == "done"
    last = sample["cuts"][-1]
    assert [(ns["glue"], ns["addresses"]) for ns in last["ns"]] == [(False, [NS1]), (False, [NS2])]


def test_a_silent_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    tree.silent = {NS2}
    sample = go(tree, monkeypatch)
    assert sample["state"] == "done"
    assert [(ns["answered"], ns.get("error")) for ns in sample["cuts"][-1]["ns"]] == [([NS1], None), ([], "timeout")]


def test_a_parent_without_this_family_breaks_the_walk_there(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    del tree.records["ns.gov.cn.", "AAAA"]
    sample = go(tree, monkeypatch)
    assert sample["state"] == "broken" and sample["error"] == "no server of gov.cn. answers over IPv6"
    assert zones(sample) == [".", "cn.", "gov.cn."]
    assert sample["cuts"][-1]["ns"][0]["error"] == "no glue of this family in the parent"


def test_servers_whose_names_lead_in_a_circle_end_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    tree.ns["changsha.gov.cn."] = ["ns.hunan.gov.cn."]
    tree.ns["hunan.gov.cn."] = ["ns.changsha.gov.cn."]
    sample = go(tree, monkeypatch)
    assert sample["state"] in ("broken", "timeout")
    assert zones(sample)[:3] == [".", "cn.", "gov.cn."]


def test_a_silent_root_is_not_the_sites_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    tree.silent = {ROOT}
    sample = go(tree, monkeypatch)
    assert sample["state"] == "broken" and sample["error"] == "no server of . answers over IPv6"


def test_two_walks_share_the_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree()
    monkeypatch.setattr(walk, "query", tree.query)

    async def both() -> None:
        run = Run("", lambda line: None, set())
        for name in ("www.changsha.gov.cn", "jyj.changsha.gov.cn"):
            job = Job(0, "walk", 6, "", 0, name, "", "AAAA", "/", False, "", 3.0, 1, 1)
            await walk.walk(job, run)

    asyncio.run(both())
    assert tree.asked.count((ROOT, "cn.")) == 1
