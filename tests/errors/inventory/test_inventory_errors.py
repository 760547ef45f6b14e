"""Broken provinces and the exact words a person gets: tests/errors/inventory/<case>/{case.yaml, expected.txt}."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from inventory.errors import Problems
from inventory.source import load
from tests.rules.province import patched

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/case.yaml"))


def _broken(case: Path, into: Path) -> Path:
    return patched(into / "inventory", yaml.safe_load((case / "case.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_words(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading raises `Problems` whose text is the expected file, and nothing else."""
    root = _broken(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problems) as caught:
        load(root)
    assert f"{caught.value}\n" == (case / "expected.txt").read_text(encoding="utf-8")
    assert caught.value.exit_code == 2


def test_the_command_says_the_same(tmp_path: Path) -> None:
    """`jiyue inventory check` prints every line on stderr, nothing on stdout, and ends with 2."""
    case = HERE / "several-at-once"
    _broken(case, tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: jiyue\n", encoding="utf-8")
    command = [Path(sys.executable).with_name("jiyue"), "inventory", "check"]
    environment = {**os.environ, "JIYUE_LANG": "en", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == (case / "expected.txt").read_text(encoding="utf-8")
    assert done.stdout == ""
    assert done.returncode == 2
