"""Changing the keyring: every change is a new version, signed by the root key and remembered by the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from inventory.errors import GateError, InputError
from jiyue.review import dsse, keyring, keys, lab, trust
from jiyue.review.keyring import Keyring, Member, Role
from jiyue.review.keys import SigningKey
from jiyue.review.times import later
from jiyue.review.trust import SignedRing
from jiyue.workflow.services import Services, utc_now


def init(services: Services, into: Path | None, passphrase: bytes | None) -> Path:
    """Make the root key in `into` and an empty keyring; InputError when there is one already.

    The lab makes all of its keys in its own folder.
    """
    folder, kind = services.key_folder, services.inventory.environment.kind
    if (folder / trust.RING_FILE).exists():
        raise InputError(str(folder / trust.RING_FILE), "there is a keyring already", "enrol, rotate or revoke in it")
    if kind == "lab":
        lab.lab_keys(folder, services.inventory.review, utc_now())
        services.store.keyring()
        return folder / f"{lab.ROOT}.key"
    if into is None:
        raise InputError("--into", "the root key needs a safe place", "name a folder outside the checkout")
    public = trust.root_path(folder, kind)
    if public.exists():
        raise InputError(str(public), "there is a root key already", "restore its keyring")
    root = keys.generate(into, trust.ROOTS[kind], passphrase)
    now = utc_now()
    ring = Keyring(1, kind, now, later(now, days=services.inventory.review.keyring_days), "")
    trust.write(public, (into / f"{root.key_id}.pub").read_text(encoding="ascii"))
    envelope = keyring.sign(ring, root.key_id, root.private)
    signed = SignedRing(ring, dsse.fingerprint(envelope), root.public)
    services.store.change_keyring(signed, lambda: trust.save(folder, envelope), root.key_id, "init", root.key_id, "")
    return into / f"{root.key_id}.key"


def enrol(services: Services, public: Path, person: str, unit: str, role: Role, root: SigningKey | None) -> Keyring:
    """Add a person's key, named after its file; InputError for an unknown unit or a key or person that is there."""
    review = services.inventory.review
    known = {each.id for each in review.units} | set(services.inventory.platform_by_name)
    if unit not in known:
        raise InputError(f"unit {unit[:40]}", "is not in review.yaml", f"choose one of {', '.join(sorted(known))}")
    key, now = keys.raw(keys.load_public(public)), utc_now()
    member = Member(public.stem, person, unit, role, key, "active", now)
    return _change(services, root, "enrol", public.stem, person, lambda ring: keyring.enrol(ring, member))


def rotate(services: Services, key: str, public: Path, root: SigningKey | None) -> Keyring:
    """Give the person of `key` the key in `public`; what the old one signed stays valid."""
    raw, now = keys.raw(keys.load_public(public)), utc_now()
    change = lambda ring: keyring.rotate(ring, key, public.stem, raw, now)  # noqa: E731
    return _change(services, root, "rotate", key, public.stem, change)


def revoke(services: Services, key: str, reason: str, root: SigningKey | None) -> Keyring:
    """Take a key out of use at once: every open approval that rests on it is void."""
    now = utc_now()
    return _change(services, root, "revoke", key, reason, lambda ring: keyring.revoke(ring, key, reason, now))


def renew(services: Services, root: SigningKey | None) -> Keyring:
    """Sign the same keyring anew, also one that has expired."""
    return _change(services, root, "renew", "", "", lambda ring: ring)


def _change(
    services: Services,
    root: SigningKey | None,
    what: str,
    key: str,
    why: str,
    change: Callable[[Keyring], Keyring],
) -> Keyring:
    folder, review = services.key_folder, services.inventory.review
    if root is None:
        if services.inventory.environment.kind != "lab":
            raise GateError("keyring", "only the root key signs it", "name the root key's file: --root")
        root = lab.lab_keys(folder, review, utc_now())[lab.ROOT]
    held = services.store.renewable()
    if root.public != held.root:
        services.store.log_event("refused", root.key_id, key, why=f"{what} with another key than the root")
        raise GateError(f"key {root.key_id}", "it is not the root key of this keyring", "sign with the root key")
    envelope = trust.read_envelope(folder / trust.RING_FILE)
    fresh = keyring.following(change(held.ring), envelope, utc_now(), review.keyring_days)
    text = keyring.sign(fresh, trust.ROOTS[services.inventory.environment.kind], root.private)
    signed = SignedRing(fresh, dsse.fingerprint(text), held.root)
    services.store.change_keyring(signed, lambda: trust.save(folder, text), root.key_id, what, key, why)
    return fresh
