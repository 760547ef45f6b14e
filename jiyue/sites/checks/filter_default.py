"""Default deny at the boundary before the site, in both families."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import number, records, text
from jiyue.sites.check import Host, check
from jiyue.sites.model import Seen, Target

COVERS = {"inet": (4, 6), "ip": (4,), "ip6": (6,)}


@check("filter-default", finds=("filter-default",))
class FilterDefault:
    """The platform's firewall where there is one, else the host's own filter."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One reading of the device that filters."""
        return Host.ask(target.filter, "firewall")

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """What comes in, and on a firewall what goes through, is dropped unless a rule lets it pass."""
        device = target.filter
        found = Host.read("filter-default", target, device, "firewall", answers)
        if isinstance(found, Seen):
            yield found
            return
        if number(found, "code"):
            why = text(found, "error").strip()[:200] or "it said nothing of use"
            yield Seen("filter-default", device, f"{device}: nft: {why}", unknown=True)
            return
        chains = records(found, "chains")
        for hook in ("input",) if device == target.host else ("input", "forward"):
            dropped = {
                family
                for chain in chains
                if text(chain, "hook") == hook and text(chain, "policy") == "drop"
                for family in COVERS.get(text(chain, "family"), ())
            }
            for family in (4, 6):
                if family not in dropped:
                    yield Seen("filter-default", device, f"{device}: no default deny for {hook} over IPv{family}")
