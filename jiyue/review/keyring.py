"""Whose signature counts: people, their units and their keys, signed by the root key. Pure: a change is a new value.

A key belongs to one person. Rotation gives the person another key and keeps what the old one signed before;
revocation takes back everything that is still open.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from inventory.errors import GateError, InputError
from ipv6.change.encoding import canonical
from jiyue.review import dsse, strict
from jiyue.review.times import later, parse_time

PLACE = "keyring"
FIX = "take it from the province's keys folder again"
ACTIVE: Final = "active"
RETIRED: Final = "retired"
REVOKED: Final = "revoked"
Role = Literal["engineer", "reviewer"]
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


@dataclass(frozen=True, slots=True)
class Member:
    """One key: its person and unit, what it may sign, since when; `until` and `reason` once it is out of use.

    `public` is the raw Ed25519 key in hex (RFC 8032), `next` the key that replaced this one.
    """

    key: str
    person: str
    unit: str
    role: Role
    public: str
    status: Literal["active", "retired", "revoked"]
    since: str
    until: str = ""
    reason: str = ""
    next: str = ""

    @property
    def ed25519(self) -> Ed25519PublicKey:
        """The public key."""
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public))


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys there ever were; `previous` is the fingerprint of the version before, `kind` lab or field."""

    version: int
    kind: Literal["lab", "field"]
    issued: str
    expires: str
    previous: str
    members: tuple[Member, ...] = ()

    @property
    def by_key(self) -> dict[str, Member]:
        """Members by key id."""
        return {member.key: member for member in self.members}


def same_person(one: str, other: str) -> bool:
    """Whether two names mean one person: width, case and spaces do not make another one."""
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """A name without the differences that do not make another person."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def sign(ring: Keyring, root_id: str, root: Ed25519PrivateKey) -> str:
    """The envelope of a keyring."""
    return dsse.sign(canonical(ring), dsse.KEYRING_TYPE, root_id, root)


def read(envelope: str, root_id: str, root: Ed25519PublicKey) -> Keyring:
    """The verified keyring; GateError when the root key did not sign exactly this, or it contradicts itself."""
    payload, _ = dsse.verify(envelope, dsse.KEYRING_TYPE, {root_id: root}, PLACE, FIX)
    try:
        ring = strict.parse(Keyring, payload)
        _check(ring)
    except (ValueError, InputError) as error:
        raise GateError(PLACE, "the signed keyring cannot be read", FIX) from error
    return ring


def enrol(ring: Keyring, member: Member) -> Keyring:
    """With one more key; InputError when its id, its key or the person's active key of this role is there already."""
    if not _KEY_ID.fullmatch(member.key):
        raise InputError("key id", f"{member.key[:80]!r} is not usable", "use small letters, digits, dots and hyphens")
    name = member.person.strip()
    if not name or not name.isprintable() or len(name) > 100:
        raise InputError("person", f"{member.person[:80]!r} is no name", "write the name of one person")
    for held in ring.members:
        if held.key == member.key or held.public == member.public:
            raise InputError(f"key {member.key}", f"it is enrolled already, for {held.person}", "make a new pair")
        if held.status == ACTIVE and held.role == member.role and same_person(held.person, member.person):
            fix = f"replace it: jiyue review keys rotate {held.key}"
            raise InputError(f"key {member.key}", f"{held.person} has {held.key} already", fix)
    return replace(ring, members=(*ring.members, replace(member, person=name)))


def rotate(ring: Keyring, key: str, new: str, public: str, now: str) -> Keyring:
    """The person of `key` gets the key `new`; what `key` signed before now stays valid."""
    held = _active(ring, key)
    out = replace(held, status=RETIRED, until=now, reason="rotated", next=new)
    fresh = Member(new, held.person, held.unit, held.role, public, ACTIVE, now)
    return enrol(_with(ring, out), fresh)


def revoke(ring: Keyring, key: str, reason: str, now: str) -> Keyring:
    """`key` counts no more, nor does anything it signed that is still open; a retired key can be revoked too."""
    held = ring.by_key.get(key)
    if held is None or held.status == REVOKED:
        known = ", ".join(member.key for member in ring.members if member.status != REVOKED)
        raise InputError(f"key {key[:64]}", "there is no such key in use", f"choose one of {known}")
    if not reason.strip():
        raise InputError(f"key {key}", "a revocation needs a reason", "say what happened to the key")
    return _with(ring, replace(held, status=REVOKED, until=now, reason=reason.strip()[:200]))


def following(ring: Keyring, envelope: str, now: str, days: int) -> Keyring:
    """The next version after the one in `envelope`, valid for `days` from now."""
    expires = later(now, days=days)
    return replace(ring, version=ring.version + 1, issued=now, expires=expires, previous=dsse.fingerprint(envelope))


def _active(ring: Keyring, key: str) -> Member:
    held = ring.by_key.get(key)
    if held is None or held.status != ACTIVE:
        known = ", ".join(member.key for member in ring.members if member.status == ACTIVE)
        raise InputError(f"key {key[:64]}", "there is no such key in use", f"choose one of {known}")
    return held


def _with(ring: Keyring, changed: Member) -> Keyring:
    return replace(ring, members=tuple(changed if one.key == changed.key else one for one in ring.members))


def _check(ring: Keyring) -> None:
    _ = parse_time(ring.issued), parse_time(ring.expires)
    keys = [member.key for member in ring.members]
    publics = [member.public for member in ring.members]
    if ring.version < 1 or len(set(keys)) != len(keys) or len(set(publics)) != len(publics):
        raise ValueError("a version below 1 or a doubled key")
    for member in ring.members:
        _ = member.ed25519, parse_time(member.since)
        if member.status != ACTIVE:
            parse_time(member.until)
