"""FRR texts: what vtysh prints becomes the canonical form, and a delta played back gives the other side."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ipv6.drivers.frr.delta import delta, negate
from ipv6.drivers.frr.text import Node, normalise, parse, render_tree

PRINTED = """\
Building configuration...

Current configuration:
!
frr version 8.4.4
frr defaults traditional
hostname pe-one
log syslog informational
no ipv6 forwarding
service integrated-vtysh-config
!
ip route 10.2.0.0/16 10.0.0.1
ip route 10.1.0.0/16 blackhole
!
interface to-core
 ip address 10.0.0.0/31
 description core
exit
!
interface empty
exit
!
router ospf
 ospf router-id 10.255.1.1
exit
!
router bgp 64512
 bgp router-id 10.255.1.1
 no bgp ebgp-requires-policy
 neighbor 3fff::1 remote-as 64512
 neighbor 10.0.0.9 remote-as 64512
 neighbor 10.0.0.10 remote-as 64512
 !
 address-family ipv4 unicast
  neighbor 10.0.0.10 next-hop-self
  neighbor 10.0.0.10 activate
  network 10.9.0.0/16
 exit-address-family
 !
 address-family ipv6 unicast
 exit-address-family
exit
!
end
"""

CANONICAL = """\
no ipv6 forwarding
ip route 10.1.0.0/16 blackhole
ip route 10.2.0.0/16 10.0.0.1
interface to-core
 description core
 ip address 10.0.0.0/31
exit
router bgp 64512
 bgp router-id 10.255.1.1
 no bgp ebgp-requires-policy
 neighbor 10.0.0.9 remote-as 64512
 neighbor 10.0.0.10 remote-as 64512
 neighbor 3fff::1 remote-as 64512
 address-family ipv4 unicast
  network 10.9.0.0/16
  neighbor 10.0.0.10 activate
  neighbor 10.0.0.10 next-hop-self
 exit-address-family
exit
router ospf
 ospf router-id 10.255.1.1
exit
"""


def test_printed_becomes_canonical() -> None:
    assert normalise(PRINTED) == CANONICAL
    assert normalise(CANONICAL) == CANONICAL


def test_lines_of_unknown_kinds_keep_their_order() -> None:
    lists = "ip prefix-list b seq 5 permit any\nip prefix-list a seq 5 deny any\n"
    assert normalise(lists) == lists


def test_a_single_valued_setting_is_overwritten() -> None:
    base = "interface a\n description one\n ip ospf hello-interval 1\nexit\n"
    forward, reverse = delta(base, base.replace("one", "two").replace("interval 1", "interval 5"))
    assert forward == "interface a\n description two\n ip ospf hello-interval 5\nexit\n"
    assert reverse == base


def test_a_moved_route_leaves_no_gap() -> None:
    forward, _ = delta("ip route 10.1.0.0/16 10.0.0.1\n", "ip route 10.1.0.0/16 10.0.0.3\n")
    assert forward.splitlines() == ["ip route 10.1.0.0/16 10.0.0.3", "no ip route 10.1.0.0/16 10.0.0.1"]


def test_a_peer_that_leaves_goes_with_one_command() -> None:
    base = CANONICAL
    intended = "".join(line + "\n" for line in base.splitlines() if "10.0.0.10" not in line)
    forward, _ = delta(base, intended)
    assert forward == "router bgp 64512\n no neighbor 10.0.0.10\nexit\n"


def test_a_process_goes_as_a_whole_and_a_negation_is_taken_back() -> None:
    forward, reverse = delta("no ipv6 forwarding\n", "router ospf6\n ospf6 router-id 1.1.1.1\nexit\n")
    assert forward == "router ospf6\n ospf6 router-id 1.1.1.1\nexit\nipv6 forwarding\n"
    assert reverse == "no ipv6 forwarding\nno router ospf6\n"


ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "3fff::1", "3fff::2"])
LINES = (
    "description a",
    "description b",
    "ip address 10.0.0.0/31",
    "ip ospf area 0",
    "ip ospf hello-interval 1",
    "ip ospf hello-interval 2",
    "ipv6 address 3fff::2/127",
    "ipv6 ospf6 area 0",
)
INTERFACE = st.lists(
    st.sampled_from(LINES), unique_by=lambda line: line if "address" in line else line.rsplit(" ", 1)[0]
)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A valid configuration: every peer has an AS, families only name peers that are there."""
    lines = draw(st.lists(st.sampled_from(["ip route 10.1.0.0/16 10.0.0.1", "ip route 10.1.0.0/16 10.0.0.3"])))
    lines += draw(st.lists(st.just("no ipv6 forwarding"), max_size=1))
    for name in draw(st.lists(st.sampled_from(["a", "b"]), unique=True)):
        lines += [f"interface {name}", *(f" {line}" for line in draw(INTERFACE)), "exit"]
    peers = draw(st.dictionaries(ADDRESSES, st.sampled_from([64512, 65500])))
    if peers or draw(st.booleans()):
        lines += ["router bgp 64512", " bgp router-id 1.1.1.1"]
        for peer, asn in peers.items():
            lines.append(f" neighbor {peer} remote-as {asn}")
            lines += [f" neighbor {peer} description x"] * draw(st.booleans())
        lines.append(" address-family ipv4 unicast")
        for peer in peers:
            lines += [f"  neighbor {peer} activate"] * draw(st.booleans())
        lines += draw(st.lists(st.sampled_from(["  network 10.1.0.0/16", "  network 10.2.0.0/16"])))
        lines += [" exit-address-family", "exit"]
    return normalise("".join(f"{line}\n" for line in lines))


@given(configurations(), configurations())
@settings(max_examples=300, deadline=None)
def test_round_trip(base: str, intended: str) -> None:
    forward, reverse = delta(base, intended)
    assert (forward == "") == (base == intended)
    assert play(base, forward) == intended
    assert play(intended, reverse) == base


def play(text: str, commands: str) -> str:
    """A small vtysh: contexts, single-valued settings, `no`, a peer leaving with all that is his."""
    root = parse(text)
    context: list[Node] = [root]
    for raw in commands.splitlines():
        line = raw.strip()
        if line in ("exit", "exit-address-family"):
            context.pop()
        elif line.startswith(("interface ", "router ", "address-family ")):
            found = context[-1].child(line)
            if found is None:
                found = Node(line)
                context[-1].children.append(found)
            context.append(found)
        else:
            _line(root, context[-1], line)
    return normalise(render_tree(root))


def _line(root: Node, node: Node, line: str) -> None:
    words = line.split()
    if words[:2] == ["no", "neighbor"] and len(words) == 3:
        for holder in (node, *node.children):
            holder.children = [one for one in holder.children if one.line.split()[:2] != words[1:3]]
    elif line == "ipv6 forwarding" or (line.startswith("no ") and line != "no ipv6 forwarding"):
        gone = node.child(negate(line))
        assert gone is not None, f"% there is no {negate(line)}"
        node.children.remove(gone)
    else:
        single = ("description", "hello-interval", "router-id", "remote-as", "area")
        if any(word in single for word in words):
            key = line.rsplit(" ", 1)[0]
            node.children = [one for one in node.children if one.line.rsplit(" ", 1)[0] != key]
        node.children.append(Node(line))
