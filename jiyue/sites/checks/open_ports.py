"""Doors that are open from outside, over both families."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import FAMILIES, Answers, Family, Probe
from ipv6.verify.reading import text
from jiyue.sites.check import check, last
from jiyue.sites.model import Seen, Target

WEB = frozenset({80, 443})
PORTS = (
    *(21, 22, 23, 25, 53, 69, 80, 110, 111, 135, 139, 143, 389, 443, 445, 512, 513, 514, 873, 1433, 1521, 2049),
    *(2375, 2379, 3306, 3389, 5432, 5900, 6379, 6443, 8080, 8443, 8888, 9000, 9200, 10250, 11211, 27017),
)
"""Well-known TCP ports, the usual doors left open; only at addresses of the inventory."""


def _probe(target: Target, family: Family) -> Probe | None:
    address = target.address6 if family == 6 else target.address4
    if not address:
        return None
    vantage = target.vantages[FAMILIES.index(family)]
    return Probe(vantage, "ports", family, address, path=",".join(map(str, PORTS)), timeout=1.0)


@check("open-ports", finds=("port-open", "port-none"))
class OpenPorts:
    """One probe for all ports of an address."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """Both families, where there is an address."""
        return tuple(probe for family in FAMILIES if (probe := _probe(target, family)))

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """What is open and should not be; over IPv4 something has to be."""
        for family in FAMILIES:
            probe = _probe(target, family)
            if probe is None:
                continue
            shown = f"[{probe.address}]" if family == 6 else probe.address
            sample = last(answers.get(probe))
            states = {} if isinstance(sample, str) else sample.get("states")
            if isinstance(sample, str) or text(sample, "state") != "done" or not isinstance(states, dict):
                why = sample if isinstance(sample, str) else text(sample, "error") or text(sample, "state")
                yield Seen("port-open", target.name, f"{shown}: not measured: {why}", unknown=True)
                continue
            missing = [port for port in PORTS if str(port) not in states]
            if missing:
                said = f"{shown}: {len(missing)} ports were not measured"
                yield Seen("port-open", target.name, said, unknown=True)
            found = [port for port in PORTS if states.get(str(port)) == "open"]
            for port in found:
                if port not in WEB:
                    yield Seen("port-open", target.name, f"{shown}:{port} is open from outside")
            # Before its change there is nothing at a planned IPv6 address, and that is as it should be.
            if not found and family == 4:
                yield Seen("port-none", target.name, f"{shown}: no port answers, not even 443")
