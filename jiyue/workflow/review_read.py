"""Reading a proposal object by object, and finding what a word of a reviewer is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from inventory.errors import GateError, InputError
from ipv6.change.diff import DiffLine, unified
from ipv6.change.model import ChangeSet
from ipv6.change.view import diff
from jiyue.workflow.services import Services


@dataclass(frozen=True, slots=True)
class Difference:
    """One object and the lines of its unified diff."""

    name: str
    lines: tuple[DiffLine, ...]


def objects(change: ChangeSet) -> Iterator[tuple[str, str]]:
    """Every object of a change set as (name, what is intended): sections, record sets, claims, sites, inputs."""
    for device in change.devices:
        yield device.device, ""
        for section in device.sections:
            yield f"{device.device} {section.driver} {section.object}", section.intended
    for record in change.records:
        yield f"{record.name} {record.type}", "\n".join((f"ttl {record.ttl}", *record.after))
    for claim in change.claims:
        yield claim.key, claim.prefix
    for site in change.sites:
        yield site["name"], "\n".join(f"{key} {value}" for key, value in sorted(site.items()))
    yield from change.inputs.items()


def known_object(change: ChangeSet, name: str) -> None:
    """InputError unless the change set has an object of that name; near misses are named."""
    names = list(dict.fromkeys(name for name, _ in objects(change)))
    if name not in names:
        near = get_close_matches(name, names, 3) or names[:3]
        raise InputError(f"--about {name[:80]}", "is no object of this change set", f"like {', '.join(near)}")


def differences(change: ChangeSet, wanted: Sequence[str]) -> list[Difference]:
    """What each object goes through, from what runs to what is intended; InputError for a name that is not there."""
    for name in wanted:
        known_object(change, name)
    found = []
    for device in change.devices:
        for section in device.sections:
            name = f"{device.device} {section.driver} {section.object}"
            lines = diff(section) if not wanted or device.device in wanted or name in wanted else ()
            if lines:
                found.append(Difference(name, lines))
    for record in change.records:
        name = f"{record.name} {record.type}"
        if record.before != record.after and (not wanted or name in wanted):
            found.append(Difference(name, unified("\n".join(record.before), "\n".join(record.after))))
    return found


def between(before: ChangeSet, after: ChangeSet, wanted: Sequence[str]) -> list[Difference]:
    """What the later proposal intends otherwise than the earlier one; InputError when they are of two platforms."""
    if before.platform != after.platform:
        cause = f"it is {before.platform}'s, not {after.platform}'s"
        raise InputError("--against", cause, "name an earlier proposal of the same platform")
    old, new = dict(objects(before)), dict(objects(after))
    found = []
    for name in dict.fromkeys((*old, *new)):
        chosen = not wanted or any(name == one or name.startswith(f"{one} ") for one in wanted)
        if chosen and old.get(name, "") != new.get(name, ""):
            found.append(Difference(name, unified(old.get(name, ""), new.get(name, ""))))
    return found


def open_emergency(services: Services, platform: str) -> str:
    """The digest of the platform's emergency change that waits for its review; GateError when none does."""
    for digest in services.store.open_reviews():
        if services.store.proposal(digest).platform == platform:
            return digest
    cause = "no emergency change waits for a review here"
    raise GateError(platform, cause, "`jiyue review queue` shows those that do")
