"""The whole platform as values: what the program hands to Pulumi, the rules check, and the live check compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra import manifest
from infra.components import naming
from infra.manifest import Manifest
from infra.objects import edge, joints, library
from infra.objects.functions import Images, function_objects, most_replicas
from infra.objects.rbac import rbac_objects
from infra.objects.services import fixed_addresses, service_cidr
from infra.objects.zones import zone_objects
from infra.policy.network import unexpressed
from infra.values import Approved
from inventory.model import FunctionSetting, Inventory, Platform

DEFAULT_SETTING = FunctionSetting()
DEFAULT_IMAGES = Images("registry.invalid/jiyue", "0.1")


@dataclass(frozen=True, slots=True)
class Settings:
    """What may differ without a new approval (design decision 13): images, sizes, replicas, the Gateways' class."""

    images: Images = DEFAULT_IMAGES
    gateway_class: str = "jiyue"
    functions: Mapping[str, FunctionSetting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlatformObjects:
    """All objects of a platform, grouped as the components group them.

    `centre` is the province's stack that a city reads ("" for the province itself), `expected` what it has to publish.
    """

    platform: str
    digest: str
    context: str
    cluster: str
    ranges: Manifest
    zones: Mapping[str, tuple[Manifest, ...]]
    functions: Mapping[str, tuple[Manifest, ...]]
    function_zones: Mapping[str, str]
    library: tuple[Manifest, ...]
    edge: tuple[Manifest, ...]
    rbac: tuple[Manifest, ...]
    claim: Manifest
    exchange: tuple[Manifest, ...]
    integrations: tuple[Manifest, ...]
    observability: tuple[Manifest, ...]
    outputs: Mapping[str, object]
    centre: str
    expected: Mapping[str, Mapping[str, object]]
    findings: tuple[Mapping[str, str], ...] = ()

    @property
    def all(self) -> tuple[Manifest, ...]:
        """Every object."""
        joined = (self.exchange, self.integrations, self.observability)
        groups = (*self.zones.values(), *self.functions.values(), self.library, self.edge, self.rbac, *joined)
        return (self.ranges, *(item for group in groups for item in group), self.claim)

    @property
    def steps(self) -> int:
        """How many steps the engine takes: objects, components, the provider and the stack itself."""
        return len(self.all) + len(self.zones) + len(self.functions) + 9

    @property
    def fingerprint(self) -> str:
        """SHA-256 over every object and the approval: equal means there is nothing to do."""
        return manifest.digest(self.all, self.digest, self.context, self.cluster)


def platform_objects(
    inventory: Inventory, platform: Platform, approved: Approved, settings: Settings
) -> PlatformObjects:
    """Render a platform from the inventory and the approved values; raises InputError and GateError, never waits."""
    values, name = approved.values, platform.name
    wanted = {**platform.functions, **settings.functions}
    zones = [zone for zone in inventory.matrix.zones if zone.id in values.prefixes]
    offered, measured = inventory.functions_of(platform), inventory.environment.measures(name)
    chosen = {item.id: wanted.get(item.id, DEFAULT_SETTING) for item in offered}
    functions = {
        item.id: function_objects(name, item, chosen[item.id], settings.images, values, measured) for item in offered
    }
    function_zones = {item.id: item.zone for item in offered}
    pods = {zone.id: 0 for zone in zones}
    pods[edge.ZONE] += 1
    pods[library.ZONE] += 1
    for function, setting in chosen.items():
        pods[function_zones[function]] += most_replicas(setting, measured)
    return PlatformObjects(
        platform=name,
        digest=approved.digest,
        context=inventory.environment.context_of(name),
        cluster=f"{inventory.name}-{inventory.environment.name}",
        ranges=service_cidr(name, values),
        zones={
            zone.id: zone_objects(name, platform.code, zone.id, zone.title, pods[zone.id], values) for zone in zones
        },
        functions=functions,
        function_zones=function_zones,
        library=library.library_objects(name, settings.images, values),
        edge=edge.edge_objects(name, platform.sites, settings.gateway_class, settings.images, values),
        rbac=rbac_objects(name, [zone.id for zone in zones]),
        claim=joints.claim(inventory, name, platform.code),
        exchange=joints.exchange(inventory, name, values),
        integrations=joints.integrations(name, inventory.integrations),
        observability=joints.observability(name, offered, values),
        outputs={
            "platform": name,
            "code": platform.code,
            "digest": approved.digest,
            "namespaces": {zone.id: naming.namespace(name, zone.id) for zone in zones},
            "services": {
                item.id: [*fixed_addresses(values, naming.function_number(item.port)), item.port] for item in offered
            },
            "edge": list(fixed_addresses(values, naming.EDGE_NUMBER)),
            "sites": {site.name: naming.route(site.name) for site in platform.sites},
            "firewall_only_flows": list(unexpressed(values)),
            "exchange": joints.offer(inventory, platform, values),
        },
        centre=joints.centre(inventory, platform),
        expected=joints.expected(inventory, platform, values),
    )
