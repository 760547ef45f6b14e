"""The fleet's copies: the project's files in, the engine's salt kept, secrets closed."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
import yaml

from infra.workcopy import Saved, WorkCopy, drop_torn, passphrase_file, saved
from inventory.errors import EnvironmentFailed
from tests.infra.world import ROOT

SALT = "v1:c2FsdA=="


@pytest.fixture
def copy(tmp_path: Path) -> WorkCopy:
    """A project of two files."""
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copy(ROOT / "stacks" / "Pulumi.changsha.yaml", tmp_path / "stacks")
    return WorkCopy(tmp_path, "lab", "changsha")


def test_the_copy_has_no_program_and_names_its_environment(copy: WorkCopy) -> None:
    """The program is handed over inline."""
    config = copy.prepare()
    assert config == {"jiyue:platform": "changsha", "jiyue:code": "430100", "jiyue:env": "lab"}
    project = yaml.safe_load((copy.folder / "Pulumi.yaml").read_text())
    assert "main" not in project and "stackConfigDir" not in project
    assert project["name"] == "jiyue"


def test_the_salt_survives_and_stays_out_of_the_project(copy: WorkCopy) -> None:
    """The engine writes it into the copy only."""
    before = (copy.root / "stacks" / "Pulumi.changsha.yaml").read_text()
    copy.prepare()
    assert not copy.initialised
    copy.settings.write_text(f"encryptionsalt: {SALT}\n{copy.settings.read_text()}")
    copy.prepare()
    assert copy.initialised
    assert yaml.safe_load(copy.settings.read_text())["encryptionsalt"] == SALT
    assert (copy.root / "stacks" / "Pulumi.changsha.yaml").read_text() == before


def test_a_new_stack_takes_anothers_salt_and_an_old_one_keeps_its_own(copy: WorkCopy) -> None:
    """The settings stay; a copy that is not there yet, or has none, gives none."""
    shutil.copy(ROOT / "stacks" / "Pulumi.hunan.yaml", copy.root / "stacks")
    province = WorkCopy(copy.root, "lab", "hunan")
    copy.share_salt(province)  # before either was prepared
    assert not copy.settings.exists()
    province.prepare(), copy.prepare()
    copy.share_salt(province)
    assert not copy.initialised
    province.settings.write_text(f"encryptionsalt: {SALT}\n{province.settings.read_text()}")
    before = yaml.safe_load(copy.settings.read_text())
    copy.share_salt(province)
    assert yaml.safe_load(copy.settings.read_text()) == {"encryptionsalt": SALT, **before}
    assert stat.S_IMODE(copy.settings.stat().st_mode) == 0o600
    province.settings.write_text("encryptionsalt: v1:other\n")
    copy.share_salt(province)
    assert yaml.safe_load(copy.settings.read_text())["encryptionsalt"] == SALT


def test_a_missing_stack_file_is_told(copy: WorkCopy) -> None:
    """With the command that makes it."""
    (copy.root / "stacks" / "Pulumi.changsha.yaml").unlink()
    with pytest.raises(EnvironmentFailed, match=r"python -m infra\.stackfiles"):
        copy.prepare()


def test_the_record_is_remembered_and_forgotten(copy: WorkCopy) -> None:
    """A damaged record counts as none: the engine runs."""
    copy.prepare()
    copy.record("f" * 64, {"digest": "d"})
    assert copy.recorded() == {"fingerprint": "f" * 64, "outputs": {"digest": "d"}}
    copy.applied.write_text('{"fingerprint')
    assert copy.recorded() == {}
    copy.forget()
    assert copy.recorded() == {}


def test_the_passphrase_is_made_once_and_closed(tmp_path: Path) -> None:
    """Mode 0600, even when somebody opened it."""
    path = passphrase_file(tmp_path, "lab")
    text = path.read_text()
    assert len(text) > 40
    path.chmod(0o644)
    assert passphrase_file(tmp_path, "lab").read_text() == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_the_backend_knows(tmp_path: Path) -> None:
    """Resources, and operations that never ended; an unknown stack, a damaged state."""
    folder = tmp_path / ".pulumi" / "stacks" / "jiyue"
    folder.mkdir(parents=True)
    assert saved(tmp_path, "changsha") is None
    path = folder / "changsha.json"
    path.write_text(json.dumps({"checkpoint": {"latest": {"resources": [{}], "pending_operations": [{}, {}]}}}))
    assert saved(tmp_path, "changsha") == Saved(1, 2)
    root = {"type": "pulumi:pulumi:Stack", "outputs": {"exchange": {"port": 9443}}}
    provider = {"type": "pulumi:providers:kubernetes", "id": "8a4d"}
    claim = {"type": "kubernetes:core/v1:PersistentVolumeClaim", "id": "changsha-data/library"}
    path.write_text(json.dumps({"checkpoint": {"latest": {"resources": [root, provider, claim]}}}))
    known = Saved(3, 0, ("PersistentVolumeClaim changsha-data/library",), {"exchange": {"port": 9443}})
    assert saved(tmp_path, "changsha") == known
    path.write_text(json.dumps({"checkpoint": {"latest": None}}))
    assert saved(tmp_path, "changsha") == Saved(0, 0)
    path.write_text("{")
    with pytest.raises(EnvironmentFailed, match="stack state restore"):
        saved(tmp_path, "changsha")


def test_what_a_kill_left_half_written_beside_a_state_goes(tmp_path: Path) -> None:
    """Whole ones, other stacks' and states themselves stay."""
    folder = tmp_path / ".pulumi" / "stacks" / "jiyue"
    folder.mkdir(parents=True)
    for name, text in {
        "changde.json": "",
        "changde.json.attrs": "",
        "changde.json.bak.attrs": '{"user.cache',
        "loudi.json.attrs": "",
    }.items():
        (folder / name).write_text(text)
    (tmp_path / ".pulumi" / "meta.yaml.attrs").write_text("{}")
    assert drop_torn(tmp_path, "changde") == ("changde.json.attrs", "changde.json.bak.attrs")
    assert drop_torn(tmp_path, "changde") == ()
    assert sorted(path.name for path in folder.iterdir()) == ["changde.json", "loudi.json.attrs"]
