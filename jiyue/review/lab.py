"""The lab's own root, engineer and reviewers, made at first use so that the demo asks nobody."""

from __future__ import annotations

from pathlib import Path

from inventory.errors import EnvironmentFailed
from inventory.review import Review
from jiyue.review import keyring, keys, trust
from jiyue.review.keyring import Keyring, Member
from jiyue.review.keys import SigningKey
from jiyue.review.times import later

ROOT = trust.ROOTS["lab"]


def lab_keys(folder: Path, review: Review, now: str) -> dict[str, SigningKey]:
    """The lab's keys by id, the root included; a folder without a keyring gets one with all of them.

    Keys that are there already are kept. EnvironmentFailed when one cannot be read or written.
    """
    fresh = not (folder / trust.RING_FILE).exists()
    # Beside a keyring nothing is made anew: another root would disown everybody who is enrolled.
    made = {ROOT, *(each.key for each in review.lab)}
    found = {name: _pair(folder, name) if fresh else keys.load(folder, name) for name in sorted(made)}
    if fresh:
        members = tuple(
            Member(each.key, each.key, each.unit, each.role, found[each.key].public, "active", now)
            for each in review.lab
        )
        ring = Keyring(1, "lab", now, later(now, days=review.keyring_days), "", members)
        trust.save(folder, keyring.sign(ring, ROOT, found[ROOT].private))
    return found


def reviewers(folder: Path, review: Review, now: str) -> tuple[SigningKey, ...]:
    """The lab's reviewers' keys in the order of `review.yaml`."""
    found = lab_keys(folder, review, now)
    return tuple(found[each.key] for each in review.lab if each.role == "reviewer")


def engineer(folder: Path, review: Review, now: str) -> SigningKey:
    """The key that submits in the lab; EnvironmentFailed when the province names none."""
    found = lab_keys(folder, review, now)
    for each in review.lab:
        if each.role == "engineer":
            return found[each.key]
    raise EnvironmentFailed("review.yaml", "the lab has no engineer's key", "add one to `lab`")


def _pair(folder: Path, name: str) -> SigningKey:
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    if not private.exists():
        public.unlink(missing_ok=True)
        return keys.generate(folder, name)
    return keys.load(folder, name)
