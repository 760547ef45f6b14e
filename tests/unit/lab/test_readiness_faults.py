"""What the readiness faults make of texts, without a host: every one changes what it names and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from inventory.errors import EnvironmentFailed, InputError
from lab.faults.kinds import half_listener, lame_server, wrong_answer, wrong_page, wrong_routing, wrong_rule
from lab.faults.model import Kind

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "drivers"
TABLE = (GOLDEN / "nftables-fw-one-dual.txt").read_text(encoding="utf-8")
INCLUDE = (GOLDEN / "nginx-site-one-dual.txt").read_text(encoding="utf-8")
KNOT = (GOLDEN / "knot-ns1-dual.txt").read_text(encoding="utf-8")
ROUTER = (GOLDEN / "frr-pe-one-dual.txt").read_text(encoding="utf-8")


class Paper:
    """A host of which only one text can be read; what would be written is kept."""

    name = "paper"

    def __init__(self, text: str) -> None:
        self.text, self.written = text, ""

    def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        self.written = stdin or self.written
        return subprocess.CompletedProcess([], 0, self.text, "")


def played(kind: Kind[Any], text: str, params: Any) -> tuple[list[str], list[str]]:
    """(lines that went, lines that came)."""
    hand = Paper(text)
    settled = kind.settle(hand, params, Random(1))
    assert kind.settle(hand, params, Random(1)) == settled == kind.settle(hand, settled, Random(2))
    kind.inject(hand, settled, "/run/lab/fault/f1", 1)
    old, new = text.splitlines(), hand.written.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("how", "gone", "came"),
    [
        ("missing", 1, 0), ("only-ipv4", 6, 0), ("open", 0, 1), ("no-errors", 2, 0), ("no-neighbours", 1, 0),
        ("accept-all", 1, 1), ("untracked", 2, 0),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_one_of_ipv6(how: Any, gone: int, came: int) -> None:
    lost, new = played(wrong_rule.FAULT, TABLE, wrong_rule.WrongRule(how))
    assert (len(lost), len(new)) == (gone, came), (lost, new)
    assert not [line for line in lost if " ip saddr" in line or "icmp type" in line]


def test_a_flow_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="it has no flow"):
        played(wrong_rule.FAULT, TABLE, wrong_rule.WrongRule("missing", "data", "app"))


@pytest.mark.parametrize(
    ("params", "gone"),
    [
        (half_listener.HalfListener(port="443"), ["    listen [3fff:ff1:100:1000::10]:443 ssl http2;"]),
        (half_listener.HalfListener(family="4", port="80"), ["    listen 198.18.1.10:80;"]),
    ],
    ids=["443 over IPv6", "80 over IPv4"],
)
def test_a_half_listener_loses_its_line(params: half_listener.HalfListener, gone: list[str]) -> None:
    lost, new = played(half_listener.FAULT, INCLUDE, half_listener.HalfListener(
        params.service, params.family, params.port, "www.example.gov.cn"))  # fmt: skip
    assert new == [] and lost == gone


def test_a_name_server_forgets_ipv6_and_keeps_its_management_socket() -> None:
    lost, new = played(half_listener.FAULT, KNOT, half_listener.HalfListener("knot"))
    assert new == [] and lost and all("listen: 3fff:" in line for line in lost)
    lost, _ = played(half_listener.FAULT, KNOT, half_listener.HalfListener("knot", "4"))
    assert lost and not [line for line in lost if "127.0.0.1" in line]
    lost, new = played(lame_server.FAULT, KNOT, lame_server.LameServer())
    assert len(lost) == 1 and new == [] and "- domain: " in lost[0]


@pytest.mark.parametrize("how", ["literal", "inner", "loop", "forbidden", "error", "other-page"])
def test_a_wrong_answer_is_one_line_of_one_server(how: Any) -> None:
    lost, new = played(wrong_answer.FAULT, INCLUDE, wrong_answer.WrongAnswer(how, "www.example.gov.cn"))
    assert len(new) == 1 and len(lost) == (how == "literal"), (lost, new)


PAGE = "<head></head>\n<main>\n<p>news</p>\n</main>\n"


@pytest.mark.parametrize("how", ["literal", "no-aaaa", "lost", "inner", "style", "dead-links", "dead-links-3"])
def test_a_wrong_page_only_gains_lines(how: Any) -> None:
    hand = Paper(PAGE)
    params = wrong_page.WrongPage(how, "www.example.gov.cn")
    wrong_page.inject(hand, params, "/run/lab/fault/f1", 1)
    assert hand.written.replace("\n", "").startswith("<head></head><main>") and len(hand.written) > len(PAGE)
    assert params.path.startswith("/srv/sites/www.example.gov.cn/")


@pytest.mark.parametrize("how", ["static", "neighbour", "session", "announcement"])
def test_what_a_router_forgets_it_can_be_told_again(how: Any) -> None:
    hand = Paper(ROUTER)
    params = wrong_routing.settle(hand, wrong_routing.WrongRouting(how), Random(3))
    wrong, right = wrong_routing._lines(params, ROUTER)
    assert params.what and len(wrong) == len(right) and wrong != right
    assert [one for one in (*wrong, *right) if one.strip().startswith("no ")]


def test_what_cannot_be_done_is_said() -> None:
    class Broken(Paper):
        def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
            return subprocess.CompletedProcess([], 1, "", "no such table")

    does: Callable[..., None] = wrong_rule.inject
    with pytest.raises(EnvironmentFailed, match="no such table"):
        does(Broken(""), wrong_rule.WrongRule("open", "dmz", "app"), "/run/lab/fault/f1", 1)
