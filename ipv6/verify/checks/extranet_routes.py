"""The platform's router has the same neighbours and reaches the same prefixes over IPv6 as over IPv4, and so does the
core, which learns them from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from ipv6.verify.check import check
from ipv6.verify.filters import reading, told
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import ExtranetSubject

CORE = ("routes4", "routes6")
READINGS = ("ospf4", "ospf6", "bgp4", "bgp6", "routes4", "routes6")


def _load(text: str) -> dict[str, Any]:
    """FRR's JSON; an empty object for what is none, so that everything counts as missing."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def adjacencies(text: str) -> Mapping[str, str]:
    """State of the neighbour on each port, of `show ip ospf neighbor json` or `show ipv6 ospf6 neighbor json`."""
    listed = _load(text).get("neighbors", {})
    several = listed.values() if isinstance(listed, dict) else [listed]
    found = {}
    for one in (item for group in several if isinstance(group, list) for item in group if isinstance(item, dict)):
        port = str(one.get("ifaceName", one.get("interfaceName", ""))).partition(":")[0]
        found[port] = str(one.get("nbrState", one.get("state", "")))
    return found


def sessions(text: str) -> Mapping[str, str]:
    """State of each BGP neighbour by address, with `, nothing received` where it sends no prefix."""
    data = _load(text)
    data = data.get("ipv4Unicast", data.get("ipv6Unicast", data))
    found = {}
    for address, peer in data.get("peers", {}).items() if isinstance(data, dict) else ():
        empty = ", nothing received" if peer.get("pfxRcd", 0) == 0 else ""
        found[address] = f"{peer.get('state', '')}{empty}"
    return found


def prefixes(text: str) -> frozenset[str]:
    """Destinations of `ip -o route show` that lead somewhere, spelt canonically."""
    found = set()
    for line in text.splitlines():
        words = line.split()
        if not words or words[0] in ("unreachable", "blackhole", "prohibit"):
            continue
        try:
            found.add(str(ip_network(words[0])) if words[0] != "default" else "default")
        except ValueError:
            continue
    return frozenset(found)


def _wrong(subject: ExtranetSubject, texts: Mapping[str, str]) -> Iterator[str]:
    router = subject.router
    four, six = adjacencies(texts["ospf4"]), adjacencies(texts["ospf6"])
    for port in subject.adjacent:
        for protocol, states in (("OSPFv2", four), ("OSPFv3", six)):
            state = states.get(port, "no neighbour")
            if not state.startswith("Full"):
                yield f"{router} {port} {protocol}: {state}"
    states = {**sessions(texts["bgp4"]), **sessions(texts["bgp6"])}
    for peer in subject.peers:
        state = states.get(str(ip_address(peer)), "no such neighbour")
        if state != "Established":
            yield f"{router} BGP neighbour {peer}: {state}"
    here4, here6 = prefixes(texts["routes4"]), prefixes(texts["routes6"])
    for old, new in subject.twins:
        if old in here4 and new not in here6:
            yield f"{router} has a route to {old}, none to its IPv6 twin {new}"
        elif old not in here4:
            yield f"{router} has no route to {old}"


def _unlearned(subject: ExtranetSubject, texts: Mapping[str, str]) -> Iterator[str]:
    """Prefixes that the core knows in one family only: the router does not announce them."""
    here4, here6 = (prefixes(texts.get(name, "")) for name in CORE)
    for old, new in subject.twins:
        if old in here4 and new not in here6:
            yield f"{subject.core} has learned {old} from {subject.router}, but not its IPv6 twin {new}"


def _probes(subject: ExtranetSubject) -> tuple[Probe, ...]:
    asked = [reading(subject.router, name) for name in READINGS]
    return (*asked, *(reading(subject.core, name) for name in CORE if subject.core))


@check(
    "extranet-routes",
    passes="routing neighbours and routes of the platform's router are the same in both families",
    needs=("router",),
    layer="network",
    owner="network",
    about=ExtranetSubject,
    after="never",
    depth="full",
)
class ExtranetRoutes:
    """Asked at the router itself, so that a lost route is told from a filter."""

    @staticmethod
    def ask(subject: ExtranetSubject) -> tuple[Probe, ...]:
        """Neighbours and routes of both families, and what the core has learned."""
        return _probes(subject) if subject.router else ()

    @staticmethod
    def judge(subject: ExtranetSubject, answers: Answers) -> Verdict:
        """Pass when nothing differs from the plan."""
        if not subject.router:
            return Unknown(f"{subject.platform}: this environment holds no router that can be asked")
        if not any(":" in peer for peer in subject.peers):
            return Unknown(f"{subject.router}: no IPv6 neighbour is planned")
        for probe in _probes(subject):
            _, missing = told(probe, answers)
            if missing:
                return missing
        texts = {name: told(reading(subject.router, name), answers)[0] for name in READINGS}
        learned = {name: told(reading(subject.core, name), answers)[0] for name in CORE if subject.core}
        if wrong := (*_wrong(subject, texts), *_unlearned(subject, learned)):
            return Fail(wrong)
        return Pass((f"{len(subject.peers)} BGP neighbours, {len(subject.twins)} prefixes in both families",))
