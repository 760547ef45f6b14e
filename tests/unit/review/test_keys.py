"""Reviewers' key pairs on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from jiyue.review import keys


def test_pair_on_disk(tmp_path: Path) -> None:
    """The private part is for the owner only; what is loaded signs like what was made."""
    folder = tmp_path / "keys"
    made = keys.generate(folder, "li.reviewer")
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert modes == {"li.reviewer.key": 0o600, "li.reviewer.pub": 0o644}
    loaded = keys.load(folder, "li.reviewer")
    keys.trusted([folder])["li.reviewer"].verify(loaded.private.sign(b"x"), b"x")
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
    """One broken file is an error with its path, not a key less."""
    (tmp_path / "li.pub").write_bytes(content)
    with pytest.raises(EnvironmentFailed) as caught:
        keys.trusted([tmp_path])
    assert caught.value.place.endswith("li.pub")


def test_lab_pair_is_made_once(tmp_path: Path) -> None:
    """The first use makes it, later ones load it."""
    first, second = keys.lab_pair(tmp_path / "k"), keys.lab_pair(tmp_path / "k")
    assert first.lab and first.private.sign(b"x") == second.private.sign(b"x")
