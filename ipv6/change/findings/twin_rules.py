"""Filter rules that exist in one family only: what one family must not do, the other must not do either."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ipv6.change.findings import Case, Finding, rule
from ipv6.change.view import rules

_ADDRESS = re.compile(r"\bip6? (?P<end>saddr|daddr) (?P<not>!= )?(?:\{[^}]*\}|\S+) ?")
_BETWEEN = re.compile(r'\biifname "[^"]+".*\bip(?P<six>6)? [sd]addr ')
"""A rule about traffic between zones; what a host needs for itself (ND, MLD) has no twin in the other family."""


@rule("twin-rules", "GB/T 22239-2019 8.1.3.2")
def twin_rules(case: Case) -> Iterator[Finding]:
    """Rules of every nftables text, and the flows of the stack, without a twin in the other family."""
    for device in case.change.devices:
        for section in device.sections:
            if section.driver == "nftables":
                yield from _filter(f"{device.device} {section.object}", section.intended)
    for flow in rules(case.change):
        name = f"{flow.source} -> {flow.target} {flow.service}"
        for end, four, six in (("source", flow.source4, flow.source6), ("target", flow.target4, flow.target6)):
            if (four == "-") != (six == "-"):
                missing = "IPv4" if four == "-" else "IPv6"
                yield Finding("twin-rules", "high", f"stack {name}", f"the {end} has no {missing} prefix")


def _filter(place: str, text: str) -> Iterator[Finding]:
    seen: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
    for line in text.splitlines():
        match = _BETWEEN.search(line)
        if match:
            seen[match["six"] is not None][_plain(line)] += 1
    for six, other in ((True, False), (False, True)):
        for line, count in sorted((seen[six] - seen[other]).items()):
            have, lack = ("IPv6", "IPv4") if six else ("IPv4", "IPv6")
            yield Finding("twin-rules", "high", place, f"{count} {have} rules without a twin in {lack}: {line}")


def _plain(line: str) -> str:
    """The rule without its addresses and its family's words; the interfaces stand for the zones."""
    text = _ADDRESS.sub(lambda match: f"{match['end']} {match['not'] or ''}", line.strip())
    return text.replace("icmpv6 ", "icmp ")
