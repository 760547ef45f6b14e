"""From a proposal in the store to files: written beside it, again on demand, refused with a reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, GateError, InputError
from jiyue.i18n import set_language
from jiyue.propose import propose
from jiyue.scheme.data import from_json
from jiyue.scheme.write import FORMATS, check_formats, write
from jiyue.workflow.reporter import Quiet
from jiyue.workflow.scheme import write_schemes, written
from jiyue.workflow.services import Services
from jiyue.workspace import Workspace
from tests.unit.change.province import ROOT, Fleet, inventory
from tests.unit.scheme.samples import zhuzhou


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """A checkout with one proposal."""
    set_language("en")
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    found = Services(Workspace(tmp_path))
    propose(inventory(), tmp_path, found.store, Fleet.day(False), ("changsha",), "wang", Quiet())
    return found


def test_all_formats(services: Services) -> None:
    """Four files beside the proposal, each of the digest of its name; a second time changes nothing."""
    (one,) = write_schemes(services, ["changsha"], FORMATS, None, Quiet())
    assert sorted(one.files) == sorted(FORMATS)
    assert {path.parent for path in one.files.values()} == {services.space.var / "proposals"}
    assert all(path.name == f"changsha-{one.digest[:12]}.scheme.{name}" for name, path in one.files.items())
    facts = from_json(one.files["json"].read_bytes())
    assert (facts.digest, facts.author, facts.moved) == (one.digest, "wang", ())
    before = {name: path.read_bytes() for name, path in one.files.items()}
    (two,) = write_schemes(services, ["changsha"], FORMATS, None, Quiet())
    assert {name: path.read_bytes() for name, path in two.files.items()} == before
    assert written(services, "changsha", one.digest)
    one.files["docx"].unlink()
    assert not written(services, "changsha", one.digest)


def test_into_a_folder(services: Services, tmp_path: Path) -> None:
    """Only what was asked for, where it was asked for, the folder made private."""
    folder = tmp_path / "for" / "review"
    (one,) = write_schemes(services, ["changsha"], ["json", "html"], folder, Quiet())
    assert sorted(path.suffix for path in folder.iterdir()) == [".html", ".json"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert json.loads(one.files["json"].read_text(encoding="utf-8"))["schema"] == "jiyue/scheme/1"


def test_changed_input_is_told(services: Services, tmp_path: Path) -> None:
    """A comment in an input of the proposal is enough to be named."""
    with (tmp_path / "inventory" / "hunan" / "waves.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# later\n")
    (one,) = write_schemes(services, ["changsha"], ["json"], None, Quiet())
    assert one.moved == ("inventory/hunan/waves.yaml",)


def test_nothing_proposed(services: Services, tmp_path: Path) -> None:
    """A platform without a proposal is refused before the first file of another one is written."""
    folder = tmp_path / "out"
    with pytest.raises(GateError, match="nothing has been proposed"):
        write_schemes(services, ["changsha", "hunan"], FORMATS, folder, Quiet())
    assert not folder.exists()


@pytest.mark.parametrize("names", [["pdf"], [], ["docx", "PDF"]])
def test_unknown_format(services: Services, names: list[str], tmp_path: Path) -> None:
    """A format that there is not is wrong input, and nothing is written."""
    with pytest.raises(InputError):
        write_schemes(services, ["changsha"], names, tmp_path / "out", Quiet())
    assert not (tmp_path / "out").exists()


def test_formats_in_our_order() -> None:
    """Twice or in another order is the same wish."""
    assert check_formats(["json", "docx", "json"]) == ("docx", "json")


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """A file where the folder should be is told as the environment's failure."""
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    with pytest.raises(EnvironmentFailed, match="the scheme cannot be written"):
        write(zhuzhou(), tmp_path / "taken", ["json"])
