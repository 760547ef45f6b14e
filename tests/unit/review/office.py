"""An authority in a folder: a root key, a keyring, people with keys; and the rules of the real province."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from inventory.model import Inventory
from inventory.source import load
from jiyue.review import keyring, keys, trust
from jiyue.review.judge import Rule, rule_for
from jiyue.review.keyring import Keyring, Member
from jiyue.review.keys import SigningKey
from jiyue.review.times import later
from jiyue.review.trust import Trust
from jiyue.store import Store

ROOT = Path(__file__).resolve().parents[3]
NOW = "2026-03-01T08:00:00Z"
AUTHORITY, OFFICE, CENTRE = "extranet-authority", "government-office", "research-centre"


@cache
def inventory() -> Inventory:
    """The province."""
    return load(ROOT / "inventory" / "hunan", "lab")


@dataclass
class Office:
    """Enrols people and signs the keyring; `folder` is the environment's key folder."""

    folder: Path
    kind: Literal["lab", "field"] = "lab"
    now: str = NOW
    root: SigningKey | None = None
    ring: Keyring | None = None

    def __post_init__(self) -> None:
        self.root = keys.generate(self.folder, trust.ROOTS[self.kind])
        self.put(Keyring(1, self.kind, self.now, later(self.now, days=400), ""))

    @property
    def trust(self) -> Trust:
        """The trust that a store of this office is opened with."""
        return Trust(lambda: trust.load(self.folder, self.kind), self.rule, self.kind)

    @staticmethod
    def rule(platform: str) -> Rule:
        """The province's rule."""
        return rule_for(inventory(), platform)

    @property
    def envelope(self) -> str:
        """The signed keyring as it lies in the folder."""
        return (self.folder / trust.RING_FILE).read_text(encoding="utf-8")

    def put(self, ring: Keyring) -> None:
        """Sign and save a keyring as it is."""
        assert self.root is not None
        self.ring = ring
        trust.save(self.folder, keyring.sign(ring, self.root.key_id, self.root.private))

    def next(self, ring: Keyring) -> None:
        """Save `ring` as the following version."""
        self.put(keyring.following(ring, self.envelope, self.now, 400))

    def enrol(
        self, name: str, person: str = "", unit: str = AUTHORITY, role: Literal["engineer", "reviewer"] = "reviewer"
    ) -> SigningKey:
        """Somebody with a fresh key."""
        assert self.ring is not None
        key = keys.generate(self.folder / "private", name)
        self.next(keyring.enrol(self.ring, Member(name, person or name, unit, role, key.public, "active", self.now)))
        return key

    def revoke(self, name: str, reason: str = "lost", at: str = "") -> None:
        """Take a key back."""
        assert self.ring is not None
        self.next(keyring.revoke(self.ring, name, reason, at or self.now))

    def rotate(self, name: str, new: str, at: str = "") -> SigningKey:
        """Give a person another key."""
        assert self.ring is not None
        key = keys.generate(self.folder / "private", new)
        self.next(keyring.rotate(self.ring, name, new, key.public, at or self.now))
        return key


def lab_approve(store: Store, digest: str, folder: Path, now: str = "") -> None:
    """Submit and approve with as many of the lab's own keys as the rule asks for."""
    from jiyue.review import decide, lab

    moment = now or store.now()
    signers = lab.reviewers(folder, inventory().review, moment)
    store.submit(digest)
    for key in signers[: store.trust.rule(store.proposal(digest).platform).reviewers]:
        decide.approve(store, digest, key, "", moment)


def lab_trust(folder: Path) -> Trust:
    """The trust of a lab whose keys lie in `folder`."""
    return trust.trust_of(inventory(), folder)


def copy(store_ring: Keyring, **changes: object) -> Keyring:
    """A keyring with something changed."""
    return replace(store_ring, **changes)  # type: ignore[arg-type]
