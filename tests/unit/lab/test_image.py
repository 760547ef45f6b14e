"""The packed image: the same bytes every time, one layer under every name, its environment inside."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from lab.groups import remove_groups
from lab.image import write_images
from lab.spec import ImageSpec

IMAGES = (ImageSpec("registry.invalid/jiyue/pause:0.1"), ImageSpec("registry.invalid/jiyue/push:0.1", (("A", "1"),)))


def packed(folder: Path, name: str) -> Path:
    program = folder / "program"
    program.write_bytes(b"\x7fELF")
    write_images(program, folder / name, IMAGES)
    return folder / name


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    assert packed(tmp_path, "one").read_bytes() == packed(tmp_path, "two").read_bytes()


def test_every_name_has_its_configuration_and_shares_the_layer(tmp_path: Path) -> None:
    with tarfile.open(packed(tmp_path, "images")) as archive:

        def read(name: str) -> bytes:
            member = archive.extractfile(name)
            assert member is not None
            return member.read()

        manifest = json.loads(read("manifest.json"))
        assert [entry["RepoTags"] for entry in manifest] == [[image.name] for image in IMAGES]
        assert len({tuple(entry["Layers"]) for entry in manifest}) == 1
        assert [json.loads(read(entry["Config"]))["config"]["Env"] for entry in manifest] == [[], ["A=1"]]


def test_groups_of_the_lab_go_and_others_stay(tmp_path: Path) -> None:
    for folder in ("memory/jiyue-1/node-1/k8s.io/pod", "memory/jiyue-2", "cpu/jiyue-1"):
        (tmp_path / folder).mkdir(parents=True)
    remove_groups("jiyue-1", tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["cpu", "memory", "memory/jiyue-2"]
