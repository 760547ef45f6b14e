"""Each folder here is one wrong call: its words, its exit code, its stderr in Chinese and in English.

`case.toml`: `command` (argv after `jiyue`), `exit`; optionally `stdout` (text that must be in it), `bare` (no checkout
at all) and `[[edit]]` with `file`, `old`, `new`. `{case}` in a command is the case's own folder, `{root}` in an
expectation the copy of the checkout. A case works on that copy alone: inventory, stacks, `Pulumi.yaml` and the names of
the drivers; no lab, no engine, nothing of the checkout's own `var`.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.calls import run

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CASES = sorted(path.parent for path in HERE.glob("*/case.toml"))


def _listing(folder: Path) -> dict[str, int]:
    """Every file below a folder with the time of its last change."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What of a checkout a command reads."""
    root = tmp_path_factory.mktemp("skeleton") / "checkout"
    shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", root / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
    for driver in (ROOT / "ipv6" / "drivers").iterdir():
        if driver.is_dir() and driver.name[0] not in "._":
            (root / "ipv6" / "drivers" / driver.name).mkdir(parents=True)
    return root


@pytest.fixture
def checkout(skeleton: Path, tmp_path: Path) -> Path:
    """A copy of a case's own."""
    return Path(shutil.copytree(skeleton, tmp_path / "checkout"))


def test_there_are_cases() -> None:
    """No folder is left out by a missing file."""
    assert len(CASES) >= 12
    folders = {path for path in HERE.iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert folders == set(CASES)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path, language: str, checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code and stderr are exactly those expected, and the checkout's own `var` is untouched."""
    case: dict[str, Any] = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    for edit in case.get("edit", []):
        path = checkout / edit["file"]
        text = path.read_text(encoding="utf-8")
        assert edit["old"] in text, f"{path}: nothing to edit"
        path.write_text(text.replace(edit["old"], edit["new"], 1), encoding="utf-8")
    root = checkout
    if case.get("bare"):
        root = tmp_path / "elsewhere"
        root.mkdir()
    before = _listing(checkout / "inventory")
    command = [word.replace("{case}", str(folder)) for word in case["command"]]
    done = run(command, monkeypatch, JIYUE_ROOT=str(root), JIYUE_LANG=language)
    expected = (folder / f"expected.{language}.txt").read_text(encoding="utf-8")
    assert done.err.replace(str(root), "{root}") == expected
    assert done.code == case["exit"]
    assert case.get("stdout", {}).get(language, "") in done.out
    assert _listing(checkout / "inventory") == before
    assert not case.get("bare") or not list(root.iterdir())


def test_the_same_words_by_option(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--lang` wins over JIYUE_LANG."""
    words = ["status", "--env", "nowhere", "--lang", "en"]
    done = run(words, monkeypatch, JIYUE_ROOT=str(checkout), JIYUE_LANG="zh")
    assert done.err == "--env: environment nowhere does not exist; choose one of lab\n"
