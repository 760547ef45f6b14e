"""No resource is made inside a callback: a preview could not see it (design decision 10)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.infra.world import ROOT

MODULES = sorted((ROOT / "infra").rglob("*.py"))
CALLBACKS = {"apply", "all"}


def callbacks(text: str) -> list[int]:
    """Lines that call `.apply(...)` or `Output.all(...)`."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLBACKS
    ]


def test_the_search_finds_what_it_looks_for() -> None:
    """Otherwise the test below would pass for nothing."""
    assert callbacks("name.apply(lambda text: Service(text))\nOutput.all(one, two)") == [1, 2]
    assert len(MODULES) > 20


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_callbacks_in_the_program(path: Path) -> None:
    """Everything is known before the engine starts, so no module needs one."""
    assert callbacks(path.read_text(encoding="utf-8")) == []
