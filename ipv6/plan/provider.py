"""What a provider may send us and what it is told: prefix lists of both families; pure.

Import: our own space never comes from outside; bogons neither; the default route and what is short enough pass.
Export: the internet plane and nothing else. The lab's blocks are bogons everywhere else (design, section 6), so they
are exempt in an environment of kind `lab` only.
"""

from __future__ import annotations

from ipv6.plan.intent import PrefixList, PrefixRule

IMPORT, EXPORT = "provider-in", "provider-out"
LONGEST = {4: 24, 6: 48}
"""The longest prefix that is taken from or told to the internet (common practice of operators, RFC 7454 6.1.3)."""

BOGONS = (
    ("0.0.0.0/8", "this network, RFC 791"),
    ("10.0.0.0/8", "private use, RFC 1918"),
    ("100.64.0.0/10", "shared address space, RFC 6598"),
    ("127.0.0.0/8", "loopback, RFC 1122"),
    ("169.254.0.0/16", "link local, RFC 3927"),
    ("172.16.0.0/12", "private use, RFC 1918"),
    ("192.0.0.0/24", "IETF protocols, RFC 6890"),
    ("192.0.2.0/24", "documentation, RFC 5737"),
    ("192.168.0.0/16", "private use, RFC 1918"),
    ("198.18.0.0/15", "benchmarking, RFC 2544"),
    ("198.51.100.0/24", "documentation, RFC 5737"),
    ("203.0.113.0/24", "documentation, RFC 5737"),
    ("224.0.0.0/3", "multicast and reserved, RFC 1112"),
    ("2001::/23", "IETF protocols, RFC 2928"),
    ("2001:db8::/32", "documentation, RFC 3849"),
    ("2002::/16", "6to4, deprecated by RFC 7526"),
    ("3ffe::/16", "6bone, RFC 3701"),
    ("3fff::/20", "documentation, RFC 9637"),
)
"""Not to be seen on the internet (RFC 6890, RFC 7454 6.1.1); of IPv6 only what lies in 2000::/3, the rest is denied."""

LAB_BLOCKS = ("10.0.0.0/8", "198.18.0.0/15", "3fff:10::/28", "3fff:ff0::/28")
"""The lab's extranet and its simulated internet (design, section 6)."""


def provider_lists(own: tuple[str, ...], extranet: tuple[str, ...], kind: str) -> tuple[PrefixList, ...]:
    """Both lists for a provider's session; `own` are the prefixes of the internet plane, which is all it is told.

    Only the families that `own` has appear, so that a province without IPv6 filters IPv4 alone.
    """
    families = sorted({_version(prefix) for prefix in own})
    exempt = LAB_BLOCKS if kind == "lab" else ()
    received: list[PrefixRule] = []
    for version in families:
        mine = _of(version, (*own, *extranet))
        received += [PrefixRule("deny", prefix, _full(version)) for prefix in mine]
        received += [
            PrefixRule("permit", prefix, LONGEST[version]) for prefix in _of(version, exempt) if prefix not in mine
        ]
        received += [PrefixRule("deny", prefix, _full(version)) for prefix, _ in BOGONS if _version(prefix) == version]
        whole = {4: "0.0.0.0/0", 6: "2000::/3"}[version]
        received += [PrefixRule("permit", "::/0")] if version == 6 else []
        received.append(PrefixRule("permit", whole, LONGEST[version]))
    told = tuple(PrefixRule("permit", prefix, _told(prefix)) for version in families for prefix in _of(version, own))
    # A router keeps one line of each; the extranet's own 10.0.0.0/8 is a bogon as well.
    return PrefixList(IMPORT, tuple(dict.fromkeys(received))), PrefixList(EXPORT, told)


def _told(prefix: str) -> int:
    """How long a more specific prefix may be that is announced: 0 where the prefix itself is as long as it may be."""
    length = int(prefix.partition("/")[2])
    longest = {4: 24, 6: 52}[_version(prefix)]
    return longest if length < longest else 0


def _full(version: int) -> int:
    return {4: 32, 6: 128}[version]


def _of(version: int, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(prefix for prefix in prefixes if _version(prefix) == version)


def _version(prefix: str) -> int:
    return 6 if ":" in prefix else 4
