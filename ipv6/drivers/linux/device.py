"""Addresses, routes and forwarding of a Linux host, by iproute2; re-applied at boot from /etc/jiyue/network."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping

from ipv6.agent.device import Device
from ipv6.agent.host import Failed, Refused, exists, listed, must, read, run, write
from ipv6.agent.shapes import Any
from ipv6.drivers.linux.delta import delta
from ipv6.drivers.linux.text import BadLine, Entry, entry, normalise, parse

STORE = "/etc/jiyue/network"
MANAGEMENT = "mgmt0"
NETNS = "/run/netns"
_FORWARD = {"ipv4": "/proc/sys/net/ipv4/ip_forward", "ipv6": "/proc/sys/net/ipv6/conf/all/forwarding"}
_TENTATIVE = 5.0
_ADDRESSES = "/proc/net/if_inet6"
_FAILED, _UNSURE = 0x08, 0x40
"""IFA_F_DADFAILED and IFA_F_TENTATIVE (linux/if_addr.h)."""


class Linux(Device):
    """Global addresses, static routes and forwarding; the management link is never touched."""

    def read(self, object: str) -> str:
        entries = [found for netns in ("", *_namespaces()) for found in _entries(netns)]
        entries += [Entry("forward", "", word) for word, path in _FORWARD.items() if (read(path) or "0").strip() != "0"]
        return normalise("\n".join(found.line for found in entries))

    def check(self, object: str, text: str, commands: str) -> None:
        try:
            wanted = parse(text)
            list(_steps(commands))
        except BadLine as error:
            raise Refused(str(error)) from error
        spaces = {"": _links(""), **{netns: _links(netns) for netns in _namespaces()}}
        for found in wanted:
            if found.netns not in spaces:
                raise Refused(f"there is no network namespace {found.netns}")
            if found.kind == "addr" and found.where not in spaces[found.netns]:
                raise Refused(f"there is no interface {found.where}" + f" in {found.netns}" * bool(found.netns))
            if found.where == MANAGEMENT:
                raise Refused(f"{MANAGEMENT} is the management link and stays as it is")

    def apply(self, object: str, commands: str) -> None:
        _apply(commands, force=False)

    def restore(self, object: str, text: str) -> None:
        forward, _ = delta(self.read(object), text)
        _apply(forward, force=True)

    def persist(self, object: str, text: str) -> None:
        write(STORE, text)

    def boot(self) -> None:
        text = read(STORE)
        if text is not None:
            self.restore("network", normalise(text))


def _namespaces() -> tuple[str, ...]:
    return tuple(listed(NETNS))


def _ip(netns: str, *words: str) -> list[str]:
    return ["ip", *(("-n", netns) if netns else ()), *words]


def _json(netns: str, *words: str) -> list[dict[str, Any]]:
    text = must(_ip(netns, "-j", *words))
    found = json.loads(text or "[]")
    return [item for item in found if isinstance(item, dict) and item]


def _links(netns: str) -> frozenset[str]:
    if not netns:
        lines = (read("/proc/net/dev") or "").splitlines()
        return frozenset(line.partition(":")[0].strip() for line in lines if ":" in line)
    return frozenset(str(link["ifname"]) for link in _json(netns, "link", "show"))


def _entries(netns: str) -> Iterator[Entry]:
    for version in ("-4", "-6"):
        links, routes = _listed(netns, version, "addr show", "route show table main")
        for link in links:
            for info in link.get("addr_info", ()):
                if link["ifname"] != MANAGEMENT and info.get("scope") == "global" and not info.get("dynamic"):
                    yield Entry("addr", netns, entry_address(info), str(link["ifname"]))
        for route in routes:
            yield from _route(netns, version, route)


def _listed(netns: str, version: str, *commands: str) -> list[list[dict[str, Any]]]:
    """What `ip` lists for each command, in one run of it: one JSON list after the other."""
    text = must(_ip(netns, "-j", version, "-batch", "-"), "".join(f"{command}\n" for command in commands))
    found, at, decoder = [], 0, json.JSONDecoder()
    while at < len(text):
        one, at = decoder.raw_decode(text, at)
        found.append([item for item in one if isinstance(item, dict) and item])
        at = len(text) - len(text[at:].lstrip())
    if len(found) != len(commands):
        raise Failed(f"ip {version} listed {len(found)} of {len(commands)} things")
    return found


def entry_address(info: Mapping[str, Any]) -> str:
    """`address/length` of one entry of `ip -j addr`."""
    return f"{info['local']}/{info['prefixlen']}"


def _route(netns: str, version: str, route: Mapping[str, Any]) -> Iterator[Entry]:
    """Static routes through a gateway and blackholes; what the kernel or a routing daemon made is theirs."""
    if route.get("protocol", "boot") not in ("boot", "static") or route.get("dev") == MANAGEMENT:
        return
    everything = "0.0.0.0/0" if version == "-4" else "::/0"
    prefix = everything if route["dst"] == "default" else str(route["dst"])
    if "/" not in prefix:
        prefix += "/32" if version == "-4" else "/128"
    if route.get("type") == "blackhole":
        yield Entry("route", netns, prefix)
    for hop in route.get("nexthops", [route]):
        gateway = hop.get("gateway") or hop.get("via", {}).get("host")
        if gateway:
            yield Entry("route", netns, prefix, via=str(gateway))


def _steps(commands: str) -> Iterator[tuple[bool, Entry]]:
    for line in commands.splitlines():
        sign, _, rest = line.partition(" ")
        if sign not in ("+", "-"):
            raise BadLine(f"{line!r} neither adds nor removes")
        yield sign == "+", entry(rest)


def _apply(commands: str, force: bool) -> None:
    batches: dict[str, list[str]] = {}
    forwarding: list[tuple[bool, str]] = []
    for add, found in _steps(commands):
        if found.kind == "forward":
            forwarding.append((add, found.subject))
        else:
            batches.setdefault(found.netns, []).append(_command(add, found))
    # Forwarding goes off before its addresses go, and comes on after they are there.
    _forward([(add, word) for add, word in forwarding if not add])
    for netns, lines in batches.items():
        done = run(_ip(netns, *(("-force",) if force else ()), "-batch", "-"), "".join(f"{line}\n" for line in lines))
        if done.code and not force:
            raise Failed(f"ip in {netns or 'the host'}: {done.last}")
        _settle(netns)
    _forward([(add, word) for add, word in forwarding if add])


def _command(add: bool, found: Entry) -> str:
    if found.kind == "addr":
        return f"addr {'replace' if add else 'del'} {found.subject} dev {found.where}"
    kind = "" if found.via else "blackhole "
    via = f" via {found.via}" if found.via else ""
    return f"route {'replace' if add else 'del'} {kind}{found.subject}{via}" + (" proto static" if add else "")


def _forward(wanted: list[tuple[bool, str]]) -> None:
    for add, word in wanted:
        _set(_FORWARD[word], add)
        management = f"/proc/sys/net/{word}/conf/{MANAGEMENT}/forwarding"
        if exists(management):
            _set(management, False)


def _set(path: str, on: bool) -> None:
    """One of the kernel's switches."""
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{int(on)}\n")


def _settle(netns: str) -> None:
    """Wait for duplicate address detection (RFC 4862): a tentative address cannot be bound yet.

    A link without a carrier detects nothing, and must not keep the device from going back. Mostly the kernel's own list
    says that there is nothing to wait for.
    """
    if not netns and not _unsettled():
        return
    deadline = time.monotonic() + _TENTATIVE
    while True:
        links = [link for link in _json(netns, "-6", "addr", "show") if "LOWER_UP" in link.get("flags", ())]
        infos = [info for link in links for info in link.get("addr_info", ())]
        for info in infos:
            if info.get("dadfailed"):
                raise Failed(f"{info['local']} is already used by another host on its link")
        if not any(info.get("tentative") for info in infos):
            return
        if time.monotonic() > deadline:
            raise Failed(f"addresses stayed tentative for {_TENTATIVE:g} s")
        time.sleep(0.1)


def _unsettled() -> bool:
    """Whether an address of the host itself is tentative or was found in use by another (if_inet6: flags in hex)."""
    words = [line.split() for line in (read(_ADDRESSES) or "").splitlines()]
    return any(int(flags, 16) & (_FAILED | _UNSURE) for _, _, _, _, flags, *_ in words)


DEVICE = Linux()
