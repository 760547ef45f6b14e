"""What devices of one kind get beyond addresses and routes: `profiles` in network.yaml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from inventory.fields import Driver, Frozen, Word
from inventory.types import Flag, Whole
from inventory.vocab import Role


class Management(Frozen):
    """Who watches and admits to a device; servers are devices of the inventory, reached over both families.

    Keys, passwords and users' secrets are never part of the inventory: they are entered on the device.
    """

    snmp: tuple[Word, ...] = ()
    ntp: tuple[Word, ...] = ()
    aaa: Literal["", "radius", "hwtacacs"] = ""
    aaa_servers: tuple[Word, ...] = ()


class Vpn(Frozen):
    """A VPN of the private plane; `number` makes its route targets and, with the router's id, its distinguishers."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="small letters, digits and hyphens, at most 31")
    number: Whole = Field(ge=1, le=65535)


class Profile(Frozen):
    """For every device of these roles that has one of these drivers; a device falls under one profile at most.

    `urpf` goes on every port, `zone_filter` puts the zone matrix on the firewall's link as access lists.
    """

    roles: tuple[Role, ...]
    drivers: tuple[Driver, ...]
    urpf: Literal["", "strict", "loose"] = ""
    zone_filter: Flag = False
    routing: Literal["ospf", "isis"] = "ospf"
    vpns: tuple[Vpn, ...] = ()
    management: Management | None = None

    def covers(self, role: Role, drivers: tuple[str, ...]) -> bool:
        """Whether a device of that role with these drivers falls under the profile."""
        return role in self.roles and bool(set(drivers) & set(self.drivers))
