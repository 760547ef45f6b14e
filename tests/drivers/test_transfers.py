"""Primary and secondary with both families: IPv6 first, IPv4 where that is missing, never without the key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drivers.names import KEYS, SECOND, ZONE, Pair

SIX = ("3fff:ff1:100:1000::21", "3fff:ff1:100:1000::22")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with Pair("transfers", dual=True) as found:
        yield found


def changed(pair: Pair, address: str) -> None:
    """One record more; both have it, or the test fails."""
    before = pair.serials()[0]
    add = f"knotc zone-set {ZONE} new.{ZONE} 300 A {address}"
    pair.must(f"knotc zone-begin {ZONE} && {add} && knotc zone-commit {ZONE}")
    pair.follows(before)


def packets(pair: Pair, family: str) -> int:
    """TCP packets to port 53 that this host has sent to the other one."""
    return int(pair.must(f"nft list counter inet seen {family} | sed -n 's/.*packets \\([0-9]*\\) .*/\\1/p'"))


def test_notice_and_transfer_go_over_ipv6_and_over_ipv4_when_it_is_missing(pair: Pair) -> None:
    asks = "tcp sport != 53 counter name"
    hook = "type filter hook input priority 0;"
    lines = ["counter four {}", "counter six {}", f"chain in {{ {hook}"]
    lines += [f"ip6 saddr {SIX[1]} {asks} six", f"ip saddr 198.18.1.22 {asks} four", "}"]
    pair.must("nft -f -", "\n".join(["table inet seen {", *lines, "}", ""]))
    asked = packets(pair, "six")
    # `serials` asks the secondary over IPv4, but from here to there; what comes from there is its own transfer.
    changed(pair, "198.18.1.90")
    assert packets(pair, "six") > asked and packets(pair, "four") == 0
    pair.must(f"ip -n two addr del {SIX[1]}/64 dev dmz")
    changed(pair, "198.18.1.91")
    assert packets(pair, "four") > 0
    pair.must(f"ip -n two addr add {SIX[1]}/64 dev dmz nodad")


def test_without_the_key_nothing_is_transferred(pair: Pair) -> None:
    for address in (SIX[0], "198.18.1.21"):
        plain = pair.must(f"ip netns exec two kdig +tcp +noall +answer @{address} {ZONE} AXFR 2>&1 || true")
        assert "SOA" not in plain.replace("; ", ""), plain
        wrong = "hmac-sha256:transfer:d3Jvbmd3cm9uZ3dyb25nd3Jvbmc="
        said = pair.must(f"ip netns exec two kdig +tcp -y {wrong} @{address} {ZONE} AXFR 2>&1 || true")
        assert "ANSWER SECTION" not in said and "198.18.1.30" not in said
    right = KEYS["transfer"].split("secret: ")[1].strip()
    good = pair.must(f"ip netns exec two kdig +tcp -y hmac-sha256:transfer:{right} @{SIX[0]} {ZONE} AXFR")
    assert "198.18.1.30" in good
    assert pair.must(f"{SECOND} zone-status {ZONE}")
