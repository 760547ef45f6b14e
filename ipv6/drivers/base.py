"""What every driver offers, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import ip_interface, ip_network

from jinja2 import Environment, StrictUndefined, Template

from ipv6.drivers.capability import NO, Capability
from ipv6.plan.intent import DeviceIntent

AGENT, SESSION = "agent", "session"


@dataclass(frozen=True, slots=True)
class Driver:
    """One kind of software on a device; every function is pure.

    `render` gives the normalised text of each whole object of a device, by object name.
    `normalise` turns what the device prints into the same form; it is idempotent.
    `delta` gives (forward, reverse): what the device side is told to run to get from `base` to `intended` and back.
    `capabilities` says what it can do and why not. `reach` says who does it: AGENT, our program on the device
    (`device.py`), or SESSION, this machine over the device's command line (`session.py`).
    """

    name: str
    render: Callable[[DeviceIntent], Mapping[str, str]]
    normalise: Callable[[str], str]
    delta: Callable[[str, str], tuple[str, str]]
    capabilities: tuple[Capability, ...] = ()
    reach: str = AGENT

    @property
    def held_back(self) -> str:
        """Why `apply` does not go to such a device; empty when it does."""
        return next((one.reason for one in self.capabilities if (one.feature, one.answer) == ("apply", NO)), "")


def template(driver: str, file: str = "template.j2", **values: object) -> str:
    """Fill a template of the driver's folder; an undefined value is an error, never an empty string."""
    return _compiled(driver, file).render(**values)


@cache
def _compiled(driver: str, file: str) -> Template:
    # Compiling costs tens of milliseconds; a province renders two hundred devices.
    source = files(f"ipv6.drivers.{driver}").joinpath(file).read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    return environment.from_string(source)


def whole_text(base: str, intended: str) -> tuple[str, str]:
    """The delta of objects that are replaced as a whole: the other text."""
    return (intended, base) if base != intended else ("", "")


def family(text: str) -> int:
    """4 or 6 of an address or prefix text, with or without a length."""
    return ip_interface(text).version


def of_family(version: int, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """The prefixes of one family, in the order given."""
    return tuple(prefix for prefix in prefixes if family(prefix) == version)


def router_id(intent: DeviceIntent) -> str:
    """The BGP identifier, else the IPv4 loopback (32 bits for OSPFv3 too, RFC 5340); empty when it has neither."""
    if intent.bgp:
        return intent.bgp.router_id
    return next((address.partition("/")[0] for address in of_family(4, intent.loopbacks)), "")


def with_length(address: str) -> str:
    """The address with its length; a bare one is a host (/32, /128)."""
    return ip_interface(address).with_prefixlen


def network(prefix: str) -> str:
    """The canonical text of a prefix; ValueError for host bits."""
    return str(ip_network(prefix))
