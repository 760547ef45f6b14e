"""Where the lab's clusters are entered: nodes and stand-ins get their planned IPv6 addresses before names lead there.

Outside of a lab nothing is done: there the operator's cluster answers at the planned addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipv6.plan.lookup import Lookup
from jiyue.i18n import _, translate
from jiyue.probe.ssh import ssh
from jiyue.workflow.pods import KIND as PODS
from jiyue.workflow.pods import lab_spec, real
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services
from lab.scene_edges import edge_name, edge_script
from lab.scene_nodes import entry_script

KIND = "entry"
"""Stored results: who holds the entry of a platform's cluster, by platform."""
APPROVED = ("approved", "applied")


@dataclass(frozen=True, slots=True)
class Entered:
    """A cluster's entry: its host, whether that only stands in for the cluster, the edge's addresses (IPv4 first; none
    where visitors do not come in), and why it could not be made (empty when it was)."""

    platform: str
    host: str
    standin: bool
    edge: tuple[str, ...]
    reason: str = ""


def open_entries(services: Services, platforms: Sequence[str] | None = None) -> tuple[Entered, ...]:
    """Give the hosts of these platforms' entries (of all for None) what an approved change set plans for them."""
    claims = services.prefixes
    done = []
    for platform, host, script in _scripts(services, claims):
        record = services.store.current(platform)
        if record is None or record.status not in APPROVED or platform not in (platforms or (platform,)):
            continue
        reply = ssh(services.space.ssh_config, host, "sh", script.encode())
        reason = ""
        if reply.problem or reply.code != 0:
            reason = f"its entry was not made ({reply.problem or reply.err[-200:].strip()})"
        edge = Lookup(services.inventory, claims).edge(services.inventory.platform_by_name[platform])
        standin = host == edge_name(platform)
        done.append(Entered(platform, host, standin, edge, reason))
        if not reason:
            services.store.put_result(KIND, platform, {"host": host, "standin": standin, "edge": list(edge)})
            if not standin:
                services.store.put_result(PODS, platform, {"node": host})
    return tuple(done)


def _scripts(services: Services, claims: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """(platform, host, what is to be run there) of every real node and every stand-in for an edge."""
    spec = lab_spec(services)
    if spec is None or not claims:
        return
    inv, there = services.inventory, {host.name for host in spec.hosts}
    for node in real(services):
        yield node.dedicated, node.name, entry_script(inv, claims, node.dedicated, node)
    for platform in inv.platforms:
        if edge_name(platform.name) in there:
            yield platform.name, edge_name(platform.name), edge_script(inv, claims, platform.name)


def tell(entered: Sequence[Entered], reporter: Reporter) -> None:
    """Say which entries are not there, and which are only stand-ins."""
    for one in entered:
        if one.reason:
            reporter.note(f"✗ {one.host}: {translate(one.reason)}")
        elif one.standin:
            text = _("{platform}: no pod runs; {host} stands in for its cluster's edge at {addresses}")
            reporter.note(text.format(platform=one.platform, host=one.host, addresses=", ".join(one.edge)))
