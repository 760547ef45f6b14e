"""Platforms whose pods really run: their way into the extranet, their zones as subjects, a record between libraries."""

from __future__ import annotations

import hashlib
import json
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Network
from typing import Any

from infra.cluster import ApiServer
from infra.components import naming
from infra.objects import library
from inventory.errors import EnvironmentFailed
from inventory.model import Platform
from inventory.vocab import ENTRY_ZONE, EXCHANGE_ZONE, Level
from ipv6.plan.lookup import Lookup
from ipv6.verify.build import shared_subject
from ipv6.verify.build_pods import Outside, pod_subject
from ipv6.verify.model import Family
from ipv6.verify.subjects import Place, Vantages, ZoneSubject
from ipv6.zones.access import EXTRANET, INTERNET
from jiyue.probe.pods import SPACES, pod_places, spaces
from jiyue.probe.ssh import ssh
from jiyue.workflow.services import Services
from lab.spec import LabSpec, NodeSpec

KIND = "pods"
"""Stored results: platforms whose pods run, by name."""
ASKING = "push"
"""The function that answers for a platform in its exchange zone, and hands on to the library there."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A record that was put in at one platform and read at another: seconds from the one to the other, or why not."""

    source: str
    target: str
    seconds: float
    reason: str = ""


def lab_spec(services: Services) -> LabSpec | None:
    """The lab that is up; None elsewhere."""
    path = services.space.lab / "spec.json"
    if services.inventory.environment.kind != "lab" or not path.is_file():
        return None
    return LabSpec.from_json(path.read_bytes())


def real(services: Services) -> tuple[NodeSpec, ...]:
    """The real nodes of the lab that is up; none elsewhere, where nobody may enter a node."""
    spec = lab_spec(services)
    plane = spec.control_plane if spec else None
    return tuple(node for node in plane.nodes if node.real) if plane else ()


def places(services: Services, nodes: Sequence[NodeSpec]) -> dict[str, dict[str, Place]]:
    """Platform to zone to a pod that speaks for it; EnvironmentFailed when cluster or node does not answer."""
    found = {}
    for node in nodes:
        reply = ssh(services.space.ssh_config, node.name, SPACES)
        if reply.problem or reply.code != 0:
            cause = f"does not say where its pods are ({reply.problem or reply.err[-200:].strip()})"
            raise EnvironmentFailed(f"node {node.name}", cause, "run: jiyue lab status")
        found[node.name] = spaces(reply.out.decode(errors="replace"))
    return pod_places(_pods(services), found)


def _pods(services: Services, namespace: str = "") -> list[dict[str, Any]]:
    """The pods of a namespace, or of the whole cluster."""
    server = ApiServer(services.kubeconfig, services.inventory.environment.context)
    try:
        where = f"/api/v1/namespaces/{namespace}/pods" if namespace else "/api/v1/pods"
        return list(server.get(where)["items"])
    finally:
        server.close()


def _library(services: Services, platform: str) -> str:
    """IPv6 address of the library's pod; empty while there is none."""
    pods = _pods(services, naming.namespace(platform, library.ZONE))
    found = [pod["status"].get("podIPs", ()) for pod in pods if pod["metadata"]["name"] == f"{library.NAME}-0"]
    return next((str(one["ip"]) for addresses in found for one in addresses if ":" in one["ip"]), "")


def subjects(services: Services, claims: Mapping[str, str], platforms: Sequence[str]) -> tuple[ZoneSubject, ...]:
    """The zone matrix as the pods of each platform meet it; only of those on real nodes."""
    nodes = [node for node in real(services) if node.dedicated in platforms]
    if not nodes:
        return ()
    inv, seen = services.inventory, places(services, nodes)
    return tuple(
        pod_subject(
            inv.matrix,
            node.dedicated,
            seen.get(node.dedicated, {}),
            tuple(_outside(services, claims, node.dedicated)),
        )
        for node in nodes
    )


def _outside(services: Services, claims: Mapping[str, str], platform: str) -> Iterator[Outside]:
    """The extranet in front of the platform's Services, and the internet in front of its edge."""
    inv = services.inventory
    owner, shared = inv.platform_by_name[platform], shared_subject(inv, claims)
    edge = Lookup(inv, claims).edge(owner)
    entries = {ENTRY_ZONE: Place(ENTRY_ZONE, ("", ""), (edge[0], edge[1]))} if edge else {}
    if shared.core:
        core = Place(EXTRANET, (shared.core, shared.core), (shared.core4, shared.core6))
        yield Outside(core, {**_services(services, claims, owner), **entries})
    if edge:
        v = Vantages()
        yield Outside(Place(INTERNET, (v.v4, v.v6), ("", "")), entries)


def _services(services: Services, claims: Mapping[str, str], platform: Platform) -> dict[str, Place]:
    """One Service per zone with its planned addresses."""
    found: dict[str, Place] = {}
    for function in services.inventory.functions_of(platform):
        if function.zone not in found or function.id == ASKING:
            found[function.zone] = Place(function.zone, ("", ""), address_of(services, claims, platform, function.id))
    return found


def address_of(services: Services, claims: Mapping[str, str], platform: Platform, function: str) -> tuple[str, str]:
    """Both planned addresses of a function's Service."""
    ports = {one.id: one.port for one in services.inventory.functions}
    six = Lookup(services.inventory, claims).services(platform)[1]
    number = naming.function_number(ports[function])
    four, sixth = naming.service_addresses(platform.services4, IPv6Network(six), number)
    return str(four), str(sixth)


def carried(services: Services) -> tuple[Carried, ...]:
    """One record from every city on real nodes to the province, as an example of 先入库、后使用."""
    claims = services.prefixes
    names = [node.dedicated for node in real(services)]
    centre = next((name for name in names if _provincial(services, name)), None)
    if centre is None:
        return ()
    text = "政务公开示例：先入库、后使用"
    return tuple(carry(services, claims, name, centre, text) for name in names if name != centre)


def _provincial(services: Services, platform: str) -> bool:
    inv = services.inventory
    return inv.region_by_code[inv.platform_by_name[platform].code].level == Level.PROVINCE


def carry(services: Services, claims: Mapping[str, str], source: str, target: str, content: str) -> Carried:
    """Put a record into the library of `source` and read it at `target`, over IPv6 through the exchange zones."""
    nodes = [node for node in real(services) if node.dedicated in (source, target)]
    seen = places(services, nodes)
    try:
        maker, reader = seen[source]["app"], seen[target][EXCHANGE_ZONE]
    except KeyError as error:
        return Carried(source, target, 0.0, f"no pod is ready in zone {error.args[0]}")
    if not (address := _library(services, source)):
        return Carried(source, target, 0.0, f"the library of {source} has no pod")
    digest = hashlib.sha256(content.encode()).hexdigest()
    record = {"category": "政策", "source": services.inventory.platform_by_name[source].title, "sha256": digest}
    port = min(services.inventory.matrix.services["library"].ports)
    inside = f"[{address}]:{port}"
    entry = address_of(services, claims, services.inventory.platform_by_name[source], ASKING)[1]
    # 先入库、后使用: what is not in the library is not shown.
    code, said = _ask(services, maker, f"http://{inside}/pages/{hashlib.sha256(b'').hexdigest()}", ())
    if code != HTTPStatus.FORBIDDEN:
        why = f"the library of {source} does not refuse a page without a record: {code} {said[:120]}"
        return Carried(source, target, 0.0, why)
    begun = time.monotonic()
    text = json.dumps({**record, "content": content}, ensure_ascii=False)
    code, said = _ask(services, maker, f"http://{inside}/records", ["--data-binary", "@-"], text)
    if code != HTTPStatus.CREATED:
        return Carried(source, target, 0.0, f"the library of {source} did not take it: {code} {said[:120]}")
    outside = f"http://[{entry}]:{min(services.inventory.matrix.services['exchange'].ports)}/records/{digest}"
    deadline = begun + 60
    while True:
        code, said = _ask(services, reader, outside, ["-H", f"Jiyue-Next: {inside}"])
        if code == HTTPStatus.OK and json.loads(said)["record"]["content"] == content:
            return Carried(source, target, time.monotonic() - begun)
        if time.monotonic() > deadline:
            return Carried(source, target, time.monotonic() - begun, f"not readable at {target}: {code} {said[:120]}")
        time.sleep(1)


def _ask(services: Services, place: Place, url: str, more: Sequence[str], data: str = "") -> tuple[int, str]:
    """Status and text of one request over IPv6 from a pod; status 0 when there was no answer."""
    family: Family = 6
    argv = ["curl", "-6", "-sS", "-g", "-m", "8", "-w", "\n%{http_code}", *more, url]
    command = shlex.join(["nsenter", f"--net=/run/netns/{place.netns}", *argv])
    reply = ssh(services.space.ssh_config, place.vantage(family), command, data.encode())
    text, _, code = reply.out.decode(errors="replace").rpartition("\n")
    return (int(code), text) if code.isdigit() and reply.code == 0 else (0, reply.problem or reply.err[-120:])
