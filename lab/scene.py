"""The whole lab of an inventory: the province on day 0 (IPv4 only, or as planned) and an internet around it that is
ready for IPv6."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from inventory.errors import InputError
from inventory.model import Inventory
from ipv6.plan.build import intents
from ipv6.plan.intent import DeviceIntent

from .ca import SiteCa
from .scene_devices import Extras, device_host
from .scene_dns import anchor, bind_keys, child_servers, hints, parent_hosts, resolvers
from .scene_edges import edge_hosts
from .scene_internet import LAN, provider_router, vantages
from .scene_keys import DnsKeys
from .scene_nodes import NODES, images, nodes, real_platforms
from .scene_nodes import hosts as node_hosts
from .scene_old import old_hosts
from .spec import ControlPlaneSpec, HostSpec, LabSpec, LinkSpec
from .state import control_dir

SERVICE_CIDRS = ("10.96.0.0/16", "fd00:96::/112")
"""Default Service ranges of the local control plane; a platform's own range comes from the plan."""


def scene(
    inv: Inventory,
    state_dir: Path,
    control_plane: bool = False,
    claims: Mapping[str, str] | None = None,
    real_nodes: bool = False,
) -> LabSpec:
    """The lab of `inv`; certificates and DNS keys are kept in `state_dir`, so equal inventories give equal specs.

    With `claims` (ledger key to prefix) every device starts as the plan wants it, in both families: for rehearsals of
    what comes after apply. Without them it is the IPv4-only province of day 0. InputError when the environment is not a
    lab or a link cannot be built. With `real_nodes` the province and the canary city run their pods.
    """
    if inv.environment.kind != "lab":
        raise InputError(f"environment {inv.environment.name}", "is not a lab", "choose one with kind: lab")
    real = real_platforms(inv) if real_nodes and control_plane else ()
    ca = SiteCa(state_dir / "ca")
    keys = DnsKeys(state_dir / "dns")
    pairs = {site.name: ca.server(site.name, [site.name]) for site in inv.sites}
    extras = Extras(
        {name: (pair.certificate, pair.key) for name, pair in pairs.items()},
        {**child_servers(inv, keys, claims), **resolvers(inv, keys)},
    )
    held = {name: intent for name, intent in intents(inv, claims).items() if inv.holds(inv.devices[name])}
    hosts = (
        provider_router(inv),
        *(device_host(inv, intent, extras) for intent in _start_order(held.values())),
        *parent_hosts(inv, keys, claims),
        *vantages(hints(), anchor(keys), bind_keys(keys), ca.certificate),
        *old_hosts(inv, ca),
        *edge_hosts(inv, real, claims),
    )
    name = f"{inv.name}-{inv.environment.name}"
    if not control_plane:
        return LabSpec(name, hosts, _links(inv, hosts))
    plane = _control_plane(inv, real)
    group = control_dir(state_dir).name
    hosts = (*hosts, *node_hosts(inv, plane.nodes, plane.apiserver_port, SERVICE_CIDRS, group))
    return LabSpec(name, hosts, _links(inv, hosts), plane, images(inv) if real_nodes else ())


def _start_order(held: Iterable[DeviceIntent]) -> list[DeviceIntent]:
    """Routers first: what has to converge should start early."""
    return sorted(held, key=lambda intent: ("frr" not in intent.drivers, intent.role, intent.name))


def _links(inv: Inventory, hosts: tuple[HostSpec, ...]) -> tuple[LinkSpec, ...]:
    used = sorted({interface.link for host in hosts for interface in host.interfaces})
    return tuple(LinkSpec(name, "lan" if name in (LAN, NODES) else inv.links[name].kind) for name in used)


def _control_plane(inv: Inventory, real: Sequence[str]) -> ControlPlaneSpec:
    """One node per platform, simulated but for those of `real`, at the ports that the environment names."""
    ports = inv.environment.control_plane
    if ports is None:
        raise InputError(f"environment {inv.environment.name}", "has no control_plane", "name its ports")
    return ControlPlaneSpec(
        service_cidrs=SERVICE_CIDRS,
        nodes=nodes(inv, real),
        gateway_class=inv.environment.gateway_class,
        etcd_port=ports.etcd_client,
        etcd_peer_port=ports.etcd_peer,
        apiserver_port=ports.apiserver,
        controller_manager_port=ports.controller_manager,
        scheduler_port=ports.scheduler,
        kwok_port=ports.kwok,
    )
