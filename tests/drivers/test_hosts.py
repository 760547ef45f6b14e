"""Linux, nftables, nginx and Knot for real, together on one host: one change, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ipv6.drivers import registry
from tests.drivers import stages
from tests.drivers.payloads import ask, digest_of, payload
from tests.drivers.sandbox import Sandbox
from tests.drivers.stages import BASE, CONF, INCLUDE, INTENDED, TABLE

AAAA = {
    "zone": "hunan.gov.cn.",
    "name": "www.hunan.gov.cn.",
    "type": "AAAA",
    "ttl": 300,
    "before": [],
    "after": ["3fff:ff1:100:1000::10"],
}


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with stages.combined() as host:
        yield host


@pytest.fixture
def host(started: Sandbox) -> Iterator[Sandbox]:
    yield started
    for change in started.must("ls /var/lib/jiyue/changes 2>/dev/null || true").split():
        started.agent(ask("rollback", change))
    assert running(started) == BASE


def running(host: Sandbox) -> dict[tuple[str, str], str]:
    wanted = [{"driver": driver, "object": object} for driver, object in BASE]
    answer = host.agent({"op": "observe", "device": "sandbox", "sections": wanted})
    assert answer["state"] == "observed", answer["reason"]
    return {(one["driver"], one["object"]): one["text"] for one in answer["sections"]}


def change(seed: str, intended: Mapping[tuple[str, str], str] = INTENDED, **more: Any) -> dict[str, Any]:
    sections = [registry.section(*key, BASE[key], intended[key]) for key in BASE]
    return payload(seed, sections, **more)


def test_what_runs_is_what_was_rendered(host: Sandbox) -> None:
    assert running(host) == BASE


def test_commit_serves_both_families_and_rolls_back_exactly(host: Sandbox) -> None:
    answer = host.agent(change("a"))
    assert (answer["state"], answer["reason"]) == ("committed", "")
    assert running(host) == INTENDED
    for address in ("198.18.1.11", "[3fff:ff1:100:1000::11]"):
        said = host.must(f"curl -ks --resolve 'jyj.example.gov.cn:443:{address}' https://jyj.example.gov.cn/")
        assert said == "this is jyj.example.gov.cn\n"
        where = host.must(f"curl -s -o /dev/null -w '%{{http_code}} %{{redirect_url}}' 'http://{address}/x'")
        assert where == "301 https://jyj.example.gov.cn/x"
    for address in ("198.18.1.21", "3fff:ff1:100:1000::21"):
        assert host.must(f"kdig +short @{address} www.hunan.gov.cn A") == "198.18.1.10\n"
    assert "3fff:10:100:2000::10/64" in host.must("ip -n app -6 addr show dev app")
    assert host.agent(ask("rollback", digest_of("a")))["state"] == "rolled-back"
    assert running(host) == BASE


def test_confirmed_survives_a_boot(host: Sandbox) -> None:
    assert host.agent(change("b"))["state"] == "committed"
    assert host.agent(ask("confirm", digest_of("b")))["state"] == "confirmed"
    host.must("ip -6 addr flush dev dmz scope global; nft delete table inet jiyue")
    host.must("/usr/bin/python3 /var/lib/jiyue/agent-*.pyz boot")
    assert running(host) == INTENDED
    assert host.must("stat -c %a /etc/jiyue/nftables.conf") == "600\n"


def test_one_bad_section_and_nothing_is_touched(host: Sandbox) -> None:
    worse = dict(INTENDED)
    worse["nginx", INCLUDE] = INTENDED["nginx", INCLUDE].replace("server_tokens off;", "server_tokens maybe;")
    answer = host.agent(change("c", worse))
    assert answer["state"] == "refused"
    assert answer["reason"].startswith("nginx /etc/nginx/jiyue.conf: nginx -t:")
    assert running(host) == BASE


@pytest.mark.parametrize(
    ("key", "wrong", "reason"),
    [
        (("linux", "network"), "addr nowhere 3fff::1/64\n", "there is no interface nowhere"),
        (("nftables", TABLE), "table inet jiyue {\n\tchain x {\n\t\ttcp dport nothing accept\n\t}\n}\n", "nft -c"),
        (("knot", CONF), "server:\n    listen to: everybody\n", "knotc conf-check"),
    ],
)
def test_every_driver_refuses_what_its_software_would(
    host: Sandbox, key: tuple[str, str], wrong: str, reason: str
) -> None:
    answer = host.agent(payload("d", [registry.section(*key, BASE[key], wrong)]))
    assert answer["state"] == "refused"
    assert reason in answer["reason"]
    assert running(host) == BASE


def test_a_section_that_does_not_come_out_undoes_those_before_it(host: Sandbox) -> None:
    """Two sites on one socket are fine for the syntax; a socket that somebody else holds is not."""
    holder = "import socket,time\ns=socket.socket(socket.AF_INET6)\ns.bind(('3fff:ff1:100:1000::10',443))\ns.listen()\n"
    host.must("echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind")
    host.write("/run/holder.py", f"{holder}time.sleep(60)\n")
    host.must("python3 /run/holder.py >/dev/null 2>&1 & echo $! > /run/holder")
    host.must('python3 -c "import time; time.sleep(0.5)"')
    answer = host.agent(change("e"))
    host.must("kill $(cat /run/holder); echo 0 > /proc/sys/net/ipv6/ip_nonlocal_bind")
    assert answer["state"] == "rolled-back"
    assert "nginx" in answer["reason"]
    assert running(host) == BASE


def test_a_rule_added_by_hand_is_seen_and_refused(host: Sandbox) -> None:
    host.must("nft insert rule inet jiyue forward tcp dport 23 accept")
    answer = host.agent(change("f"))
    host.must("nft -f -", "delete table inet jiyue\n" + BASE["nftables", TABLE])
    assert answer["state"] == "refused"
    assert "nftables inet jiyue is no longer the approved base" in answer["reason"]
    assert "tcp dport 23 accept" in answer["reason"]


def test_counters_and_handles_are_no_change(host: Sandbox) -> None:
    with_counters = host.must("nft -a list table inet jiyue")
    assert registry.driver("nftables").normalise(with_counters) == BASE["nftables", TABLE]


def test_records_change_in_one_transaction_and_back(host: Sandbox) -> None:
    serial = "kdig +short @198.18.1.21 hunan.gov.cn SOA | cut -d' ' -f3"
    before = int(host.must(serial))
    sets = [AAAA, {**AAAA, "type": "A", "before": ["198.18.1.10"], "after": ["198.18.1.12", "198.18.1.11"]}]
    assert host.agent(payload("g", records=sets))["state"] == "committed"
    assert host.must("kdig +short @198.18.1.21 www.hunan.gov.cn AAAA") == "3fff:ff1:100:1000::10\n"
    assert sorted(host.must("kdig +short @198.18.1.21 www.hunan.gov.cn A").split()) == ["198.18.1.11", "198.18.1.12"]
    assert int(host.must(serial)) == before + 1
    seen = host.agent({"op": "observe", "device": "sandbox", "records": [AAAA]})["records"]
    assert seen == [{**{k: AAAA[k] for k in ("zone", "name", "type", "ttl")}, "rdata": AAAA["after"]}]
    assert host.agent(ask("rollback", digest_of("g")))["state"] == "rolled-back"
    assert host.must("kdig +short @198.18.1.21 www.hunan.gov.cn AAAA") == ""
    assert host.must("kdig +short @198.18.1.21 www.hunan.gov.cn A") == "198.18.1.10\n"
    assert int(host.must(serial)) == before + 2


def test_records_that_moved_are_refused(host: Sandbox) -> None:
    moved = {**AAAA, "type": "A", "before": ["198.18.1.77"], "after": ["198.18.1.11"]}
    answer = host.agent(payload("h", records=[AAAA, moved]))
    assert answer["state"] == "refused"
    assert "approved 198.18.1.77, found 198.18.1.10" in answer["reason"]
    assert host.must("kdig +short @198.18.1.21 www.hunan.gov.cn AAAA") == ""


def test_records_of_two_changes_wait_side_by_side(host: Sandbox) -> None:
    other = {**AAAA, "zone": "example.gov.cn.", "name": "www.example.gov.cn."}
    assert host.agent(payload("i", records=[AAAA]))["state"] == "committed"
    assert host.agent(payload("j", records=[other]))["state"] == "committed"
    third = host.agent(payload("k", records=[{**AAAA, "after": ["3fff::1"]}]))
    assert (third["state"], digest_of("i")[:12] in third["reason"]) == ("refused", True)


@pytest.mark.parametrize(
    "raw",
    [
        {**AAAA, "name": "www.hunan.gov.cn"},
        {**AAAA, "name": "www.example.gov.cn."},
        {**AAAA, "type": "aaaa; stop"},
        {**AAAA, "after": ["3fff::1\nzone-commit ."]},
        {**AAAA, "after": ["not an address"]},
        {**AAAA, "ttl": -1},
    ],
)
def test_hostile_records_are_refused(host: Sandbox, raw: dict[str, Any]) -> None:
    assert host.agent(payload("l", records=[raw]))["state"] == "refused"
