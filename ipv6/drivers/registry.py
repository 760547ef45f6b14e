"""Finds the drivers by scanning the folders beside this module; there is no list to edit."""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module

import ipv6.drivers
from inventory.errors import InputError, Problems
from ipv6.change.model import Section
from ipv6.drivers.base import AGENT, SESSION, Driver
from ipv6.drivers.capability import refusals
from ipv6.plan.intent import DeviceIntent


def names() -> tuple[str, ...]:
    """Every driver's name, sorted."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules(ipv6.drivers.__path__) if info.ispkg))


def on_device() -> tuple[str, ...]:
    """The drivers whose device side the agent runs."""
    return tuple(name for name in names() if driver(name).reach == AGENT and not driver(name).held_back)


def over_session(drivers: Iterable[str]) -> str:
    """The driver among a device's that is worked over its command line; empty when the agent does it all."""
    return next((name for name in drivers if driver(name).reach == SESSION), "")


@cache
def driver(name: str) -> Driver:
    """The driver of that name; InputError names the known ones otherwise."""
    known = names()
    if name not in known:
        raise InputError(f"driver {name}", "there is no such driver", f"use one of {', '.join(known)}")
    found = import_module(f"ipv6.drivers.{name}").DRIVER
    if not isinstance(found, Driver) or found.name != name:
        raise InputError(f"driver {name}", "its folder does not define DRIVER with that name")
    return found


def demand(intents: Iterable[DeviceIntent]) -> None:
    """Problems naming everything that any of these devices is asked for and cannot do."""
    drivers = {name: driver(name).capabilities for name in names()}
    found = [problem for intent in intents for problem in refusals(intent, drivers)]
    if found:
        raise Problems(found)


def text_hash(text: str) -> str:
    """sha256 in hex over the UTF-8 text, as `Section.base_hash`."""
    return hashlib.sha256(text.encode()).hexdigest()


def section(name: str, object: str, base: str, intended: str) -> Section:
    """One owned object from `base` to `intended` (any printed form of either); keeps, with a reason, when equal."""
    found = driver(name)
    old, new = found.normalise(base), found.normalise(intended)
    forward, reverse = found.delta(old, new)
    keep = "already as intended" if old == new else ""
    return Section(name, object, old, new, text_hash(old), text_hash(new), forward, reverse, keep)
