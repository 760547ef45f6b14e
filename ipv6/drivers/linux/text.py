"""The canonical lines of a Linux host's addresses and routes; standard library only, runs on the device too.

    addr [NETNS] INTERFACE ADDRESS/LENGTH
    forward ipv4|ipv6
    route [NETNS] PREFIX via GATEWAY
    route [NETNS] PREFIX blackhole

`addr` and `forward` are those of global scope; a default route is written 0.0.0.0/0 or ::/0.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from ipv6.agent.shapes import NamedTuple


class BadLine(ValueError):
    """A line that is none of the four forms."""


class Entry(NamedTuple):
    """One line; `where` is the interface of an address, `via` the gateway of a route (empty: blackhole)."""

    kind: str
    netns: str
    subject: str
    where: str = ""
    via: str = ""

    @property
    def version(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.subject or self.subject == "ipv6" else 4

    @property
    def line(self) -> str:
        """The canonical line."""
        words = [self.kind, self.netns]
        if self.kind == "addr":
            words += [self.where, self.subject]
        elif self.kind == "route":
            words += [self.subject, *(("via", self.via) if self.via else ("blackhole",))]
        else:
            words += [self.subject]
        return " ".join(word for word in words if word)

    @property
    def key(self) -> tuple[str, str, str, int, int, int, str]:
        """Sorts by kind, namespace, interface, family and number."""
        if self.kind == "forward":
            return self.kind, self.netns, "", self.version, 0, 0, ""
        address, length = _numbers(self.subject)
        return self.kind, self.netns, self.where, self.version, address, length, self.via


@lru_cache(maxsize=8192)  # the same lines are read for what runs, what shall run, and the steps between
def entry(line: str) -> Entry:
    """Parse one line; BadLine when it is not one of ours."""
    words = line.split()
    try:
        match words:
            case ["addr", *netns, where, subject] if len(netns) <= 1:
                return Entry("addr", "".join(netns), ipaddress.ip_interface(subject).with_prefixlen, where)
            case ["route", *netns, prefix, "via", via] if len(netns) <= 1:
                gateway = str(ipaddress.ip_address(via))
                return Entry("route", "".join(netns), str(ipaddress.ip_network(prefix)), via=gateway)
            case ["route", *netns, prefix, "blackhole"] if len(netns) <= 1:
                return Entry("route", "".join(netns), str(ipaddress.ip_network(prefix)))
            case ["forward", "ipv4" | "ipv6" as version]:
                return Entry("forward", "", version)
    except ValueError as error:
        raise BadLine(f"{line!r}: {error}") from error
    raise BadLine(f"{line!r} is neither an address, a route nor forwarding")


@lru_cache(maxsize=8192)
def _numbers(subject: str) -> tuple[int, int]:
    """Address and length of a canonical subject."""
    found = ipaddress.ip_interface(subject)
    return int(found.ip), found.network.prefixlen


def parse(text: str) -> tuple[Entry, ...]:
    """Every line once, in canonical order; blank lines and `#` comments are left out."""
    lines = (line.strip() for line in text.splitlines())
    entries = {entry(line) for line in lines if line and not line.startswith("#")}
    return tuple(sorted(entries, key=lambda found: found.key))


def normalise(text: str) -> str:
    """The canonical text; idempotent."""
    return "".join(f"{found.line}\n" for found in parse(text))
