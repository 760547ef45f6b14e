"""The key, the manifest and the folder: what makes an entry valid, and what makes it damaged."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from jiyue.engines import EngineError, install, status
from jiyue.engines.cache import check_writable, engine_key, entry_of, tools_folder

from .fakes import Write, engine, setting


def test_key_moves_with_every_input_and_only_with_them(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "one"))
    where = setting(tmp_path, made)
    first = engine_key(made, where.toolchain)
    assert first == engine_key(engine(Write("bin/tool", "one")), where.toolchain)
    assert len(first) == 16
    assert int(first, 16) >= 0
    changed = {
        engine_key(engine(Write("bin/tool", "two")), where.toolchain),
        engine_key(replace(made, version="1.1"), where.toolchain),
        engine_key(replace(made, files=(("tool", "bin/other"),)), where.toolchain),
    }
    (where.toolchain / "mod" / "go.sum").write_text("x v1 h1:abc=\n")
    changed.add(engine_key(made, where.toolchain))
    (where.toolchain / "mod" / "go.mod").write_text("module other\n")
    changed.add(engine_key(made, where.toolchain))
    assert len(changed | {first}) == 6


def test_content_that_moves_from_one_source_to_the_next_changes_the_key(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "one"))
    module = setting(tmp_path, made).toolchain / "mod"
    (module / "go.mod").write_text("ab")
    (module / "go.sum").write_text("c")
    first = engine_key(made, tmp_path / "toolchain")
    (module / "go.mod").write_text("a")
    (module / "go.sum").write_text("bc")
    assert engine_key(made, tmp_path / "toolchain") != first


def test_missing_pinned_source_names_the_file(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "one"))
    where = setting(tmp_path, made)
    (where.toolchain / "mod" / "go.sum").unlink()
    with pytest.raises(EngineError) as caught:
        install(setting=where)
    assert caught.value.place.endswith("mod/go.sum")
    assert caught.value.exit_code == 4


def test_changed_size_is_seen_at_once(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "genuine"))
    where = setting(tmp_path, made)
    install(setting=where)
    entry_of(made, where.tools, where.toolchain).file("tool").write_text("genuine and more")
    (row,) = status(where)
    assert (row.state, row.reasons) == ("damaged", ("bin/tool changed after it was installed",))


def test_forged_times_are_seen_by_full_verification(tmp_path: Path) -> None:
    made = engine(Write("bin/tool", "genuine"))
    where = setting(tmp_path, made)
    install(setting=where)
    path = entry_of(made, where.tools, where.toolchain).file("tool")
    before = path.stat()
    path.write_text("trojan!")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert status(where)[0].ready  # the cheap look cannot know
    (row,) = status(where, verify=True)
    assert row.state == "damaged"
    assert "sha256" in row.reasons[0]


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda entry: (entry / "bin/tool").unlink(), "bin/tool is gone"),
        (lambda entry: (entry / "manifest.json").unlink(), "it has no readable manifest"),
        (lambda entry: (entry / "manifest.json").write_text('{"files": '), "it has no readable manifest"),
        (lambda entry: (entry / "manifest.json").write_text("{}"), "its manifest lists no files"),
        (lambda entry: (entry / "manifest.json").write_text('{"files": {}}'), "bin/tool is not in the manifest"),
        (
            lambda entry: (entry / "manifest.json").write_text('{"files": {"bin/tool": 7}}'),
            "bin/tool has no facts in the manifest",
        ),
    ],
)
def test_damage_is_named_and_the_next_install_mends_it(tmp_path: Path, harm, reason) -> None:  # type: ignore[no-untyped-def]
    log: list[str] = []
    made = engine(Write("bin/tool", "genuine", log))
    where = setting(tmp_path, made)
    install(setting=where)
    harm(entry_of(made, where.tools, where.toolchain).path)
    (row,) = status(where)
    assert (row.state, row.reasons) == ("damaged", (reason,))
    install(setting=where)
    assert status(where, verify=True)[0].ready
    assert log == ["bin/tool", "bin/tool"]
    assert [path.name for path in where.tools.iterdir() if path.name.startswith(".tmp-")] == []


def test_read_only_tools_folder_is_one_clear_error() -> None:
    # /sys refuses new folders to everyone, root included.
    with pytest.raises(EngineError) as caught:
        check_writable(Path("/sys/kernel/jiyue-tools"))
    assert caught.value.place == "/sys/kernel/jiyue-tools"
    assert "JIYUE_TOOLS" in caught.value.fix
    assert caught.value.exit_code == 4


def test_read_only_file_system_is_refused_before_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    where = setting(tmp_path, engine(Write("bin/tool", "x", log)))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("jiyue.engines.cache.tempfile.mkstemp", refuse)
    with pytest.raises(EngineError, match="Read-only file system"):
        install(setting=where)
    assert log == []


def test_tools_folder_by_environment() -> None:
    assert tools_folder({"JIYUE_TOOLS": "/srv/tools", "HOME": "/h"}) == Path("/srv/tools")
    assert tools_folder({"HOME": "/h"}) == Path("/h/.cache/jiyue/tools")
    assert tools_folder({"HOME": "/h", "XDG_CACHE_HOME": "/c"}) == Path("/c/jiyue/tools")
