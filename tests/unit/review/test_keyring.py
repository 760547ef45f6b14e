"""The keyring: changed in versions, never rolled back, dead the moment the root says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import GateError, InputError
from ipv6.change.encoding import canonical
from ipv6.change.model import ChangeSet
from jiyue.review import decide, dsse, keyring, keys, strict, trust
from jiyue.review.keyring import Keyring, Member
from jiyue.store import Store
from tests.unit.review.office import NOW, OFFICE, Office
from tests.unit.store.conftest import StillClock

LATER = "2026-03-01T09:00:00Z"


def approved(store: Store, change: ChangeSet, key: keys.SigningKey) -> str:
    """A city's proposal under an approval that holds."""
    digest = store.save_proposal(change, "wang")
    store.submit(digest)
    decide.approve(store, digest, key, "", NOW)
    assert store.approval(digest).key_id == key.key_id
    return digest


def test_revocation_voids_open_approvals(
    store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey
) -> None:
    """At once, with the reason; what is applied keeps its history."""
    digest = approved(store, change, reviewer)
    office.revoke("li", "电脑被盗")
    with pytest.raises(GateError, match=r"li of 李主任 was revoked at .*: 电脑被盗"):
        store.approval(digest)
    with pytest.raises(GateError, match="was revoked"):
        decide.approve(store, digest, reviewer, "", NOW)
    store.applied(digest)
    assert [one.person for one in store.signers(digest)] == ["李主任"]
    assert store.proposal(digest).status == "applied"


def test_rotation_keeps_the_person(
    store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey, clock: StillClock
) -> None:
    """What the old key signed stays; from now on only the new one counts, as the same person."""
    digest = approved(store, change, reviewer)
    clock.text = LATER
    fresh = office.rotate("li", "li-2", LATER)
    assert store.approval(digest).key_id == "li"
    other = store.save_proposal(replace(change, stack={}), "wang")
    store.submit(other)
    with pytest.raises(GateError, match="li of 李主任 was not in use"):
        decide.approve(store, other, reviewer, "", "2026-03-01T09:00:01Z")
    decide.approve(store, other, fresh, "李主任", LATER)
    assert store.approval(other).reviewers[0].person == "李主任"


def test_rolled_back(store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey) -> None:
    """The keyring from before the revocation is genuine and refused: the store remembers."""
    digest = approved(store, change, reviewer)
    before = office.envelope
    office.revoke("li")
    with pytest.raises(GateError, match="was revoked"):
        store.approval(digest)
    trust.save(office.folder, before)
    with pytest.raises(GateError, match="it has version 2, the store has seen 3: an older one was put back"):
        store.approval(digest)


def test_forked(store: Store, office: Office) -> None:
    """Two keyrings of one version, or one that does not name the version before."""
    first = store.keyring()
    office.put(replace(first, expires="2027-01-01T00:00:00Z"))
    with pytest.raises(GateError, match="there is another keyring of version 1"):
        store.keyring()
    office.put(replace(first, version=2, previous="f" * 64))
    with pytest.raises(GateError, match="version 2 does not continue the version 1 seen here"):
        store.keyring()


def test_another_root(store: Store, office: Office) -> None:
    """Who replaces both the root's public key and the keyring still meets the store."""
    store.keyring()
    (office.folder / "lab-root.key").unlink()
    (office.folder / "lab-root.pub").unlink()
    Office(office.folder)
    with pytest.raises(GateError, match="another root key than the one this store knows"):
        store.keyring()


def test_expired(store: Store, change: ChangeSet, reviewer: keys.SigningKey, clock: StillClock) -> None:
    """An expired keyring approves nothing; only the root may sign it anew."""
    digest = approved(store, change, reviewer)
    clock.text = "2027-04-05T08:00:00Z"
    with pytest.raises(GateError, match="it expired at 2027-04-05T08:00:00Z; sign it anew"):
        store.approval(digest)
    assert store.renewable().ring.version == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("keyring.json", None, "the keyring cannot be read: No such file or directory"),
        ("keyring.json", b"", "the envelope cannot be read"),
        ("keyring.json", b"\xff\xfe", "the keyring cannot be read: it is no text"),
        ("keyring.json", b"{}" * 600_000, "the envelope cannot be read"),
        ("lab-root.pub", None, "the keyring cannot be read: "),
        ("lab-root.pub", b"no key", "the keyring cannot be read: not a public key in PEM form"),
    ],
    ids=["missing", "empty", "no-text", "too-large", "no-root", "bad-root"],
)
def test_unreadable(
    store: Store, change: ChangeSet, office: Office, reviewer: keys.SigningKey, name: str, content: bytes | None,
    words: str,
) -> None:  # fmt: skip
    """Missing or damaged means no, and the place is named."""
    digest = approved(store, change, reviewer)
    path = office.folder / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GateError) as caught:
        store.approval(digest)
    assert words in str(caught.value) and caught.value.exit_code == 3


def test_a_field_keyring_is_no_labs(tmp_path: Path) -> None:
    """The kind is signed; a lab's keyring renamed for the field is refused."""
    lab = Office(tmp_path / "lab")
    assert lab.root is not None
    (tmp_path / "lab" / "root.pub").write_bytes((tmp_path / "lab" / "lab-root.pub").read_bytes())
    with pytest.raises(GateError, match="no trusted reviewer key"):
        trust.load(tmp_path / "lab", "field")
    ring = trust.load(tmp_path / "lab", "lab").ring
    trust.save(tmp_path / "lab", keyring.sign(ring, "root", lab.root.private))
    with pytest.raises(GateError, match="it is a keyring for a lab, not for a field"):
        trust.load(tmp_path / "lab", "field")


def test_enrolling_twice(office: Office) -> None:
    """A key has one person, a person one active key per role, an id one key."""
    office.enrol("li", "李主任")
    assert office.ring is not None
    other = keys.generate(office.folder / "private", "other")
    member = Member("li", "赵", OFFICE, "reviewer", other.public, "active", NOW)
    with pytest.raises(InputError, match="it is enrolled already, for 李主任"):
        keyring.enrol(office.ring, member)
    with pytest.raises(InputError, match="it is enrolled already, for 李主任"):
        keyring.enrol(office.ring, replace(member, key="zhao", public=office.ring.by_key["li"].public))
    with pytest.raises(InputError, match="李主任 has li already; replace it"):
        keyring.enrol(office.ring, replace(member, key="li-2", person="李 主任"))
    with pytest.raises(InputError, match="is no name"):
        keyring.enrol(office.ring, replace(member, key="li-2", person="\u202e"))
    engineer = keyring.enrol(office.ring, replace(member, key="li-2", person="李主任", role="engineer"))
    assert len(engineer.members) == 2


@pytest.mark.parametrize("name", ["nobody", "li"])
def test_only_what_is_in_use_is_revoked_or_rotated(office: Office, name: str) -> None:
    """An unknown or revoked key is told with those that are there."""
    office.enrol("li")
    office.enrol("zhao")
    office.revoke("li")
    assert office.ring is not None
    for change in (
        lambda ring: keyring.revoke(ring, name, "x", NOW),
        lambda ring: keyring.rotate(ring, name, "new", "0" * 64, NOW),
    ):
        with pytest.raises(InputError, match="there is no such key in use; choose one of zhao"):
            change(office.ring)


@pytest.mark.parametrize(
    "edit",
    [
        lambda ring: replace(ring, version=0),
        lambda ring: replace(ring, issued="yesterday"),
        lambda ring: replace(ring, members=ring.members * 2),
        lambda ring: replace(ring, members=(replace(ring.members[0], public="00"),)),
        lambda ring: replace(ring, members=(replace(ring.members[0], status="revoked"),)),
        lambda ring: replace(ring, kind="other"),
    ],
    ids=["version", "time", "doubled", "no-key", "revoked-without-time", "kind"],
)
def test_a_contradiction_signed_by_the_root_is_refused(office: Office, edit: object) -> None:
    """Even the root cannot sign nonsense into force."""
    office.enrol("li")
    assert office.ring is not None and office.root is not None and callable(edit)
    payload = canonical(edit(office.ring))
    envelope = dsse.sign(payload, dsse.KEYRING_TYPE, "lab-root", office.root.private)
    with pytest.raises(GateError, match="the signed keyring cannot be read"):
        keyring.read(envelope, "lab-root", office.root.private.public_key())


def test_one_spelling(office: Office) -> None:
    """A payload has one byte string: blanks, other order, other types and other keys are refused."""
    assert office.ring is not None
    payload = canonical(office.ring)
    assert strict.parse(Keyring, payload) == office.ring
    for other in (
        payload.replace(b":", b": "),
        payload.replace(b'"version":1', b'"version":1.0'),
        payload.replace(b'"version":1', b'"version":true'),
        payload.replace(b'"version":1', b'"version":1,"version":1'),
        payload[:-1] + b',"x":1}',
        b"[]",
        b"\xff",
        b"[" * 100_000,
    ):
        with pytest.raises(strict.NotOurs):
            strict.parse(Keyring, other)
