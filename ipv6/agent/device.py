"""What a driver's device side can do, and how the agent finds it: `DEVICE` in `ipv6/drivers/<name>/device.py`."""

from __future__ import annotations

import re
from importlib import import_module

import ipv6.drivers
from ipv6.agent.host import Refused

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Device:
    """One driver on this host. `object` is always one of the names the driver renders."""

    def read(self, object: str) -> str:
        """The running object as normalised text, empty when it does not exist."""
        raise NotImplementedError

    def check(self, object: str, text: str, commands: str) -> None:
        """Refused when the software would not take it; changes nothing."""

    def apply(self, object: str, commands: str) -> None:
        """Carry out the commands of a delta; Failed when the software complains."""
        raise NotImplementedError

    def restore(self, object: str, text: str) -> None:
        """Bring the object to `text` from wherever it is."""
        raise NotImplementedError

    def saved(self, object: str) -> str | None:
        """What a restart would load, normalised; None where `persist` keeps nothing but the text it is given."""
        return None

    def persist(self, object: str, text: str) -> None:
        """Make the running object survive a restart of the host."""

    def boot(self) -> None:
        """Bring back what was persisted, when no other program on the host does."""

    def same(self, live: str, wanted: str) -> bool:
        """Whether a reading means the wanted text."""
        return live == wanted


def names() -> tuple[str, ...]:
    """The drivers that came with this agent."""
    import pkgutil  # here, because it is only needed at boot and for a refusal, and loads slowly

    return tuple(sorted(info.name for info in pkgutil.iter_modules(ipv6.drivers.__path__) if info.ispkg))


def device(name: str) -> Device:
    """The device side of a driver; Refused when this agent has none of that name."""
    try:
        found = import_module(f"ipv6.drivers.{name}.device").DEVICE if _NAME.fullmatch(name) else None
    except ModuleNotFoundError as error:
        if name in names():
            raise Refused(f"driver {name}: it has no device side") from error
        found = None
    if found is None:
        raise Refused(f"driver {name}: not part of this agent ({', '.join(names())})")
    if not isinstance(found, Device):
        raise Refused(f"driver {name}: its device side defines no DEVICE")
    return found
