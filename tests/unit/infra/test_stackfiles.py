"""The stack files are generated, and nobody has edited them."""

from __future__ import annotations

from pathlib import Path

import yaml

from infra import stackfiles
from inventory.model import FunctionSetting
from tests.infra.world import ROOT, inventory


def test_the_committed_files_are_fresh() -> None:
    """Run `python -m infra.stackfiles` when this fails."""
    assert stackfiles.stale(inventory(), ROOT / "stacks") == ()


def test_one_file_per_platform_with_only_what_differs() -> None:
    """No address, no prefix: those come from the approved plan."""
    texts = stackfiles.wanted(inventory())
    assert len(texts) == 15
    assert yaml.safe_load(texts["Pulumi.changsha.yaml"]) == {
        "config": {"jiyue:platform": "changsha", "jiyue:code": "430100"}
    }


def test_overrides_of_functions_are_carried() -> None:
    """Replicas belong to the stack, not to the plan."""
    platform = inventory().platform_by_name["changsha"]
    changed = platform.model_copy(update={"functions": {"search": FunctionSetting(replicas=3)}})
    config = yaml.safe_load(stackfiles.text_of(changed, "hunan"))["config"]
    assert config["jiyue:functions"] == {"search": {"enabled": True, "replicas": 3}}


def test_stale_files_are_written_and_removed(tmp_path: Path) -> None:
    """A renamed platform leaves no old file behind; a second run changes nothing."""
    (tmp_path / "Pulumi.nowhere.yaml").write_text("config: {}\n", encoding="utf-8")
    assert "Pulumi.nowhere.yaml" in stackfiles.write(inventory(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 15
    assert stackfiles.write(inventory(), tmp_path) == ()
