"""One change on one device: what is there, how to carry it out, how to take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from ipv6.agent import names
from ipv6.agent.device import Device, device
from ipv6.agent.host import Failed, Refused, text_hash
from ipv6.agent.shapes import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ipv6.drivers.knot.records import Record


class Part(NamedTuple):
    """One section of the payload with its driver."""

    driver: str
    object: str
    base: str
    intended: str
    forward: str
    reverse: str
    device: Device

    @property
    def label(self) -> str:
        """How a reason names it."""
        return f"{self.driver} {self.object}"

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.base != self.intended

    def read(self) -> str:
        """The running object."""
        return self.device.read(self.object)

    def is_(self, wanted: str) -> bool:
        """Whether the running object is `wanted`."""
        return self.device.same(self.read(), wanted)


def parts(payload: Mapping[str, Any]) -> tuple[Part, ...]:
    """The sections of a payload; Refused when a text does not have the hash that came with it."""
    found = []
    for raw in payload.get("sections", ()):
        texts = {word: str(raw.get(word, "")) for word in ("object", "base", "intended", "forward", "reverse")}
        for word in ("base", "intended"):
            given = raw.get(f"{word}_hash", "")
            if given and given != text_hash(texts[word]):
                raise Refused(f"{raw.get('driver')} {texts['object']}: the {word} text is damaged (another hash)")
        found.append(Part(driver=str(raw["driver"]), device=device(str(raw["driver"])), **texts))
    return tuple(found)


def keys(payload: Mapping[str, Any]) -> frozenset[str]:
    """What a payload touches: any two that touch sections exclude each other, record sets only their equals."""
    touched = {f"record {found.key}" for found in names.found(payload)}
    return frozenset(touched | ({"sections"} if payload.get("sections") else set()))


BASE, INTENDED = "base", "intended"


def standing(part: Part) -> str:
    """BASE or INTENDED, whichever runs; Refused when it is neither."""
    live = part.read()
    known = ((BASE, part.base), (INTENDED, part.intended))
    # As text first: asking the software whether two spellings mean the same costs several of its runs.
    for word, text in known:
        if live == text:
            return word
    for word, text in known:
        if part.device.same(live, text):
            return word
    raise Refused(f"{part.label} is no longer the approved base: {first_difference(part.base, live)}")


def check_base(sections: Sequence[Part], records: Sequence[Record]) -> tuple[str, ...]:
    """Where each section stands; Refused when a running object is neither the approved base nor what is intended."""
    found = tuple(standing(part) for part in sections)
    have = names.read(records)
    for record in records:
        _, values = have[record.key]
        if values not in (record.before, record.after):
            had, has = ", ".join(record.before) or "nothing", ", ".join(values) or "nothing"
            raise Refused(f"record {record.key} is no longer the approved base: approved {had}, found {has}")
    return found


def check_saved(sections: Sequence[Part], stand: Sequence[str]) -> None:
    """Refused when something runs that nobody has saved: to confirm would make it survive in our name."""
    for part, word in zip(sections, stand, strict=True):
        saved = part.device.saved(part.object) if part.changes and word == BASE else None
        if saved is not None and sorted(saved.splitlines()) != sorted(part.base.splitlines()):
            raise Refused(f"{part.label} holds changes that nobody has saved: {first_difference(saved, part.base)}")


def check(sections: Sequence[Part]) -> None:
    """Let every driver look at its section before any of them is touched."""
    for part in sections:
        if part.changes:
            try:
                part.device.check(part.object, part.intended, part.forward)
            except Refused as error:
                raise Refused(f"{part.label}: {error}") from error


def carry_out(sections: Sequence[Part], records: Sequence[Record], stand: Sequence[str]) -> None:
    """Apply in order, each read back; Failed names the first that did not come out as intended.

    `stand` is what `check_base` found under the same lock.
    """
    for part, word in zip(sections, stand, strict=True):
        if part.changes and word != INTENDED:
            part.device.apply(part.object, part.forward)
            live = part.read()
            if not part.device.same(live, part.intended):
                raise Failed(f"{part.label} is not as intended: {first_difference(part.intended, live)}")
    names.apply(records)
    have = names.read(records)
    for record in records:
        if have[record.key][1] != record.after:
            raise Failed(f"record {record.key} is not as intended")


def take_back(sections: Sequence[Part], records: Sequence[Record]) -> tuple[str, ...]:
    """Bring everything to its base, last part first, by the reverse commands, then by the whole text; what failed."""
    problems = []
    try:
        names.apply([record.reversed for record in records], back=True)
    except (Failed, Refused) as error:
        problems.append(f"records: {error}")
    for part in reversed(sections):
        try:
            _take_back(part)
        except (Failed, Refused, OSError) as error:
            problems.append(f"{part.label}: {error}")
    return tuple(problems)


def _take_back(part: Part) -> None:
    if part.is_(part.base):
        return
    if part.changes and part.is_(part.intended):
        with suppress(Failed):  # the whole text below has the last word
            part.device.apply(part.object, part.reverse)
        if part.is_(part.base):
            return
    part.device.restore(part.object, part.base)
    live = part.read()
    if not part.device.same(live, part.base):
        raise Failed(f"is not as before: {first_difference(part.base, live)}")


def first_difference(wanted: str, live: str) -> str:
    """The first line that differs, as a person would say it."""
    expected, found = wanted.splitlines(), live.splitlines()
    missing = [line for line in expected if line not in found]
    extra = [line for line in found if line not in expected]
    if missing:
        return f"missing {missing[0].strip()!r} ({len(missing)} missing, {len(extra)} unexpected)"
    if extra:
        return f"unexpected {extra[0].strip()!r} ({len(extra)} unexpected)"
    return "the lines are in another order"
