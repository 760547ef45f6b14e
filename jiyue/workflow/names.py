"""The way by which record sets are published in an environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inventory.errors import EnvironmentFailed
from inventory.model import Device, Inventory
from inventory.vocab import Role
from jiyue.dns.channel import Channels
from jiyue.dns.key import TsigKey, load_key
from jiyue.dns.publisher import OctoPublisher
from jiyue.workflow.services import Services

SECRET = "update.secret"


def key_file(services: Services) -> Path:
    """Where the secret of the update key lies: beside the lab's other keys, else below the environment's own."""
    lab = services.inventory.environment.kind == "lab"
    return (services.space.lab / "dns" if lab else services.space.keys) / SECRET


def key(services: Services) -> TsigKey:
    """The update key; EnvironmentFailed when there is none."""
    return load_key(key_file(services), os.environ)


def _held(inv: Inventory) -> list[Device]:
    return [device for device in inv.devices.values() if device.role is Role.DNS and inv.holds(device)]


def secondaries(inv: Inventory) -> Mapping[str, tuple[str, ...]]:
    """The other servers of each primary that this environment holds."""
    servers = _held(inv)
    others = tuple(device.name for device in servers if not device.primary)
    return {device.name: others for device in servers if device.primary}


def held(inv: Inventory) -> tuple[str, tuple[str, ...]]:
    """The primary and all name servers that this environment holds; EnvironmentFailed when no primary is among them."""
    servers = _held(inv)
    primary = next((device.name for device in servers if device.primary), "")
    if not primary:
        raise EnvironmentFailed(f"environment {inv.environment.name}", "it holds no primary name server", "")
    return primary, tuple(device.name for device in servers)


@contextmanager
def publisher(services: Services) -> Iterator[OctoPublisher]:
    """The publisher, with its ways to the servers open as long as it is used."""
    inv = services.inventory
    with Channels(services.space.ssh_config, inv.environment.ssh_user) as reach:
        yield OctoPublisher(reach, key(services), inv.limits, secondaries(inv))
