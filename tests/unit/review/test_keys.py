"""Reviewers' key pairs on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from ipv6.ports import LAB_KEYS
from jiyue.review import keys, lab, trust
from tests.unit.review.office import NOW, inventory


def test_pair_on_disk(tmp_path: Path) -> None:
    """The private part is for the owner only; what is loaded signs like what was made."""
    folder = tmp_path / "keys"
    made = keys.generate(folder, "li.reviewer")
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"li.reviewer.key": 0o600, "li.reviewer.pub": 0o644}
    loaded = keys.load(folder, "li.reviewer")
    keys.load_public(folder / "li.reviewer.pub").verify(loaded.private.sign(b"x"), b"x")
    assert made.private.sign(b"x") == loaded.private.sign(b"x")
    assert "private" not in repr(loaded).lower()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second pair of the same name is refused and the first stays."""
    keys.generate(tmp_path, "li")
    before = (tmp_path / "li.key").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        keys.generate(tmp_path, "li")
    assert (tmp_path / "li.key").read_bytes() == before


@pytest.mark.parametrize("key_id", ["", "../li", "Li", "a/b", "-x", "x" * 64])
def test_unusable_ids(tmp_path: Path, key_id: str) -> None:
    """An id is a file name, so it must be a harmless one."""
    with pytest.raises(InputError, match="not usable"):
        keys.generate(tmp_path, key_id)


def test_loose_private_key_is_refused(tmp_path: Path) -> None:
    """A private key that others can read is nobody's signature."""
    keys.generate(tmp_path, "li")
    (tmp_path / "li.key").chmod(0o640)
    with pytest.raises(EnvironmentFailed, match="others can read"):
        keys.load(tmp_path, "li")


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff"])
def test_broken_public_key_is_named(tmp_path: Path, content: bytes) -> None:
    """A broken file is an error with its path."""
    (tmp_path / "li.pub").write_bytes(content)
    with pytest.raises(EnvironmentFailed) as caught:
        keys.load_public(tmp_path / "li.pub")
    assert caught.value.place.endswith("li.pub")


def test_passphrase(tmp_path: Path) -> None:
    """A locked key is asked for its passphrase, a wrong or missing one is told, and the file holds no plain key."""
    made = keys.generate(tmp_path, "li", b"correct horse")
    assert b"ENCRYPTED" in (tmp_path / "li.key").read_bytes()
    assert keys.load(tmp_path, "li", lambda: b"correct horse").public == made.public
    with pytest.raises(EnvironmentFailed, match="the passphrase does not fit"):
        keys.load(tmp_path, "li", lambda: b"wrong")
    with pytest.raises(EnvironmentFailed, match="the key has a passphrase"):
        keys.load(tmp_path, "li")


def test_nobody_is_asked_for_a_key_without_one(tmp_path: Path) -> None:
    """The demo runs without a person."""
    keys.generate(tmp_path, "li")
    assert keys.load(tmp_path, "li", lambda: pytest.fail("asked")).key_id == "li"


def test_lab_keys_are_made_once(tmp_path: Path) -> None:
    """The first use makes root, engineer, reviewers and the keyring; later ones load the very same."""
    review = inventory().review
    first, second = lab.lab_keys(tmp_path / "k", review, NOW), lab.lab_keys(tmp_path / "k", review, NOW)
    assert set(first) == LAB_KEYS
    assert {name: key.public for name, key in first.items()} == {name: key.public for name, key in second.items()}
    assert all(key.lab for key in first.values())
    signed = trust.load(tmp_path / "k", "lab")
    assert [(one.key, one.role) for one in signed.ring.members] == [(one.key, one.role) for one in review.lab]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "k").glob("*.key")} == {0o600}


def test_a_lost_lab_key_is_not_replaced(tmp_path: Path) -> None:
    """Another root beside the old keyring would disown everybody; the loss is told."""
    lab.lab_keys(tmp_path, inventory().review, NOW)
    (tmp_path / "lab-root.key").unlink()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(EnvironmentFailed, match="No such file"):
        lab.lab_keys(tmp_path, inventory().review, NOW)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_keys_from_before_there_was_a_keyring_are_kept(tmp_path: Path) -> None:
    """A lab of an earlier version has only the reviewer's pair; it is enrolled as it is."""
    old = keys.generate(tmp_path, "lab-reviewer")
    assert lab.lab_keys(tmp_path, inventory().review, NOW)["lab-reviewer"].public == old.public
    assert trust.load(tmp_path, "lab").ring.by_key["lab-reviewer"].public == old.public
