"""The host's part of hardening on plain files: all or nothing, killed anywhere, taken back byte for byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jiyue.sites.hardening.agent import act, files, kept, services


class Killed(BaseException):
    """The end of the process."""


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    for name in ("a", "b"):
        (tmp_path / "etc" / name).write_bytes(b"old \xff" + name.encode())
        os.utime(tmp_path / "etc" / name, ns=(5, 7))
    (tmp_path / "page").write_text("page")
    (tmp_path / "page").chmod(0o666)
    return tmp_path


def order(ground: Path, before: bool = True) -> dict[str, Any]:
    def one(path: Path) -> dict[str, Any]:
        was = files.digest(files.read(str(path))) if before else None
        return {"path": str(path), "text": f"new {path.name}", "before": was, "mode": 0o600, "reload": []}

    page = os.lstat(ground / "page")
    rights = [{"path": str(ground / "page"), "was": [0o666, page.st_uid, page.st_gid],
               "now": [0o644, page.st_uid, page.st_gid]}]  # fmt: skip
    names = ("etc/a", "etc/b", "etc/made/here/c")
    return {"wanted": [one(ground / name) for name in names], "rights": rights, "reload": ["nginx"]}


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Programs that take what they are given; `said` is what one complains of."""
    said = [""]
    monkeypatch.setattr(services, "refused", lambda names: said[0])
    monkeypatch.setattr(services, "reload", lambda names: "")
    yield said


def state(ground: Path) -> dict[str, tuple[bytes, int, int]]:
    found = {}
    for path in sorted(ground.rglob("*")):
        if path.is_file() and "home" not in path.parts:
            status = path.stat()
            found[str(path.relative_to(ground))] = (path.read_bytes(), status.st_mode, status.st_mtime_ns)
    return found


def test_there_and_back(ground: Path) -> None:
    before, home = state(ground), str(ground / "home")
    assert act.harden(**order(ground), home=home) == {"state": "hardened", "changed": True, "skipped": []}
    assert (ground / "etc/made/here/c").read_text() == "new c" and (ground / "page").stat().st_mode & 0o777 == 0o644
    assert act.harden(**order(ground), home=home)["changed"] is False
    assert act.undo(home)["changed"] is True
    assert state(ground) == before and not (ground / "etc/made").exists() and not (ground / "home").exists()
    assert act.undo(home)["changed"] is False


def test_what_is_kept_is_what_was_there_first(ground: Path) -> None:
    before, home = state(ground), str(ground / "home")
    act.harden(**order(ground), home=home)
    second = order(ground)
    second["wanted"][0]["text"] = "newer a"
    act.harden(**second, home=home)
    assert act.undo(home)["state"] == "undone" and state(ground) == before


def test_a_program_that_refuses_leaves_everything_as_it_was(ground: Path, programs: list[str]) -> None:
    before, home = state(ground), str(ground / "home")
    programs[0] = "nginx: no"
    assert act.harden(**order(ground), home=home) == {"state": "refused", "reason": "nginx: no"}
    assert state(ground) == before and not (ground / "home").exists() and not (ground / "etc/made").exists()


def test_files_that_changed_meanwhile_are_not_overwritten(ground: Path) -> None:
    home, wanted = str(ground / "home"), order(ground)
    (ground / "etc/b").write_text("somebody's")
    assert "etc/b: changed since" in act.harden(**wanted, home=home)["reason"]
    act.harden(**order(ground), home=home)
    (ground / "etc/a").write_text("somebody's")
    refused = act.undo(home)
    assert refused["state"] == "refused" and "etc/a: changed by somebody" in refused["reason"]
    assert (ground / "etc/b").read_text() == "new b"


def test_a_full_disk_leaves_everything_as_it_was(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, home, write = state(ground), str(ground / "home"), files.write

    def full(path: str, data: bytes, mode: int) -> None:
        if path.endswith("etc/b") and data.startswith(b"new"):
            raise OSError(28, "No space left on device", path)
        write(path, data, mode)

    monkeypatch.setattr(files, "write", full)
    done = act.harden(**order(ground), home=home)
    assert done["state"] == "refused" and "No space left" in done["reason"]
    assert state(ground) == before


@pytest.mark.parametrize("at", range(8))
def test_killed_anywhere_it_can_be_finished_or_taken_back(
    ground: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before, home, wanted = state(ground), str(ground / "home"), order(ground)
    steps = 0

    def dying(name: str) -> Any:
        real = getattr(files, name)

        def step(*words: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > at:
                raise Killed
            return real(*words)

        return step

    with monkeypatch.context() as patched:
        for name in ("write", "rights", "flush"):
            patched.setattr(files, name, dying(name))
        with pytest.raises(Killed):
            act.harden(**wanted, home=home)
    if at % 2:
        again = order(ground)  # looked at and rendered anew
        assert act.harden(**again, home=home)["state"] == "hardened"
        assert (ground / "etc/b").read_text() == "new b" and not kept.load(home)["pending"]
    assert act.undo(home)["state"] == "undone"
    assert state(ground) == before


def test_rights_follow_no_link(ground: Path) -> None:
    (ground / "secret").write_text("x")
    (ground / "secret").chmod(0o600)
    (ground / "page").unlink()
    (ground / "page").symlink_to(ground / "secret")
    (ground / "way").symlink_to(ground / "etc")
    was = [0o600, os.getuid(), os.getgid()]
    assert files.rights(str(ground / "page"), was, [0o644, *was[1:]]) and files.rights(
        str(ground / "way" / "a"), was, [0o644, *was[1:]]
    )
    assert (ground / "secret").stat().st_mode & 0o777 == 0o600


def test_one_at_a_time(ground: Path) -> None:
    home = str(ground / "home")
    with kept.alone(home), pytest.raises(BlockingIOError):
        act.undo(home)
