"""The way by which record sets are published in an environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inventory.model import Inventory
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


def secondaries(inv: Inventory) -> Mapping[str, tuple[str, ...]]:
    """The other servers of each primary that this environment holds."""
    servers = [device for device in inv.devices.values() if device.role is Role.DNS and inv.holds(device)]
    others = tuple(device.name for device in servers if not device.primary)
    return {device.name: others for device in servers if device.primary}


@contextmanager
def publisher(services: Services) -> Iterator[OctoPublisher]:
    """The publisher, with its ways to the servers open as long as it is used."""
    inv = services.inventory
    with Channels(services.space.ssh_config, inv.environment.ssh_user) as reach:
        yield OctoPublisher(reach, key(services), inv.limits, secondaries(inv))
