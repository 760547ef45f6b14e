"""The files of a host before and after, from the peers' own templates, and the same as sections of a change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ipv6.change.model import DeviceChange, Section
from ipv6.drivers.registry import section
from tests.bench.light.hosts import Light

TEMPLATES = Path(__file__).resolve().parents[1] / "peers" / "templates"
NFTABLES, NGINX, FRR, ADDRESSES = (
    "/etc/jiyue/nftables.conf",
    "/etc/nginx/jiyue.conf",
    "/etc/frr/frr.conf",
    "/etc/jiyue/addresses",
)
_FILES = {NFTABLES: "nftables.conf.j2", NGINX: "sites.conf.j2", FRR: "frr.conf.j2", ADDRESSES: "addresses.j2"}


class Texts:
    """The templates, compiled once and set as Ansible sets them."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
        )

    def _render(self, name: str, one: Light, dual: bool) -> str:
        template: Template = self._environment.get_template(name)
        return template.render(one.variables, dual=dual)

    def files(self, one: Light, dual: bool) -> dict[str, str]:
        """Every file a contestant writes on this host, by path."""
        paths = (NFTABLES, NGINX, FRR) if one.router else (NFTABLES, NGINX, ADDRESSES)
        return {path: self._render(_FILES[path], one, dual) for path in paths}

    def objects(self, one: Light, dual: bool) -> dict[tuple[str, str], str]:
        """The same by driver and object, in the order in which they are applied."""
        routing = (("frr", "running-config"), "frr.conf.j2") if one.router else (("linux", "network"), "network.j2")
        table = self._render("nftables.conf.j2", one, dual).split("\n", 2)[2]
        return {
            ("nftables", "inet jiyue"): table,
            routing[0]: self._render(routing[1], one, dual),
            ("nginx", NGINX): self._render("sites.conf.j2", one, dual),
        }

    def change(self, one: Light, dual: bool = True) -> DeviceChange:
        """From the other state to this one."""
        old, new = self.objects(one, not dual), self.objects(one, dual)
        sections = tuple(_section(key, old[key], new[key]) for key in new)
        return DeviceChange(one.name, "pe" if one.router else "site-host", "430100", sections)


def _section(key: tuple[str, str], old: str, new: str) -> Section:
    return section(*key, old, new)


def base(texts: Texts, found: tuple[Light, ...]) -> Mapping[str, Mapping[str, str]]:
    """The files of every host in its base state."""
    return {one.name: texts.files(one, False) for one in found}
