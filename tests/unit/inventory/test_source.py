"""The reader: the real province, hostile files, the hashes that an approval binds."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from inventory import desk, rules, source
from inventory.errors import InputError, Problems
from inventory.vocab import Level
from ipv6.drivers import registry
from tests.rules.province import ROOT, patched

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real province that a test may break; places are relative to the current folder."""
    copy = patched(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    return copy


def told(root: Path, env: str = "lab") -> list[str]:
    """Every problem as a person reads it."""
    return [str(problem) for problem in source.check(root, env)]


def test_the_province() -> None:
    """1 + 14 + 122 regions in force, two former codes, 15 platforms with at least four sites each."""
    inventory = source.load(ROOT)
    current = [region.level for region in inventory.regions if not region.valid_to]
    assert [current.count(level) for level in Level] == [1, 14, 122]
    assert {region.code: region.successor for region in inventory.regions if region.valid_to} == {
        "430521": "430582",
        "431121": "431181",
    }
    assert len(inventory.platforms) == 15
    assert all(len(platform.sites) >= 4 for platform in inventory.platforms)
    assert {device.region for device in inventory.devices.values() if not inventory.holds(device)} == {
        region.code for region in inventory.regions if region.level == Level.COUNTY and not region.valid_to
    }


def test_drivers_of_the_province_exist() -> None:
    """With the real driver folders there is nothing to complain about."""
    assert source.check(ROOT, "lab", frozenset(registry.names())) == ()


def test_notes_stop_nothing() -> None:
    """Systems newer than the notice without IPv6 are told, one per platform, and loading goes on."""
    found = source.examine(ROOT)
    assert found.problems == ()
    assert len(found.notes) == 15


def test_hashes_cover_every_file(root: Path) -> None:
    """Path to SHA-256 of the bytes; the other environments' files and the register of sites are not inputs."""
    (root / "env" / "other.yaml").write_text("name: other\n", encoding="utf-8")
    hashes = source.input_hashes(root)
    expected = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.suffix in (".yaml", ".csv") and path.name not in ("other.yaml", "register.csv")
    }
    assert hashes == expected
    assert list(hashes) == sorted(hashes)


def test_place_outside_the_current_folder(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A root that is not below the current folder is shown as it was given."""
    (root / "waves.yaml").write_text("waves: 1\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert source.check(root)[0].place == f"{root}/waves.yaml:1"
    assert source.check(Path("../hunan"))[0].place == "../hunan/waves.yaml:1"


def test_link_that_leaves_the_root(root: Path, tmp_path: Path) -> None:
    """A symbolic link must not bring a foreign file in, not even a valid one."""
    outside = tmp_path / "outside.yaml"
    (root / "waves.yaml").rename(outside)
    (root / "waves.yaml").symlink_to(outside)
    assert told(root) == ["hunan/waves.yaml: is a link that leaves the inventory; put the file itself there"]
    with pytest.raises(Problems):
        source.input_hashes(root)


def test_link_inside_the_root(root: Path) -> None:
    """A link to a file of the inventory is fine."""
    (root / "waves.yaml").rename(root / "rollout.yaml")
    (root / "waves.yaml").symlink_to("rollout.yaml")
    assert told(root) == []


def test_loop_of_links(root: Path) -> None:
    """A link to itself is an error like others."""
    (root / "waves.yaml").unlink()
    (root / "waves.yaml").symlink_to("waves.yaml")
    assert len(told(root)) == 1


def test_not_a_file(root: Path) -> None:
    """A pipe would block for ever, a folder cannot be read."""
    (root / "waves.yaml").unlink()
    os.mkfifo(root / "waves.yaml")
    (root / "platforms" / "folder.yaml").mkdir()
    assert told(root) == [
        "hunan/platforms/folder.yaml: is not a regular file; put a file there",
        "hunan/waves.yaml: is not a regular file; put a file there",
    ]


def test_size_limit(root: Path) -> None:
    """A huge file is not even parsed."""
    with (root / "waves.yaml").open("ab") as stream:
        stream.write(b"#" * desk.MAX_BYTES)
    assert told(root) == [f"hunan/waves.yaml: is larger than {desk.MAX_BYTES} bytes; split it"]


def test_not_utf8(root: Path) -> None:
    """The line of the first wrong byte."""
    (root / "waves.yaml").write_bytes(b"waves:\n  - {name: \xff}\n")
    assert told(root) == ["hunan/waves.yaml:2: is not UTF-8 text; save the file as UTF-8"]


@pytest.mark.parametrize("env", ["../lab", "", "a/b", "Lab", "x" * 41, "lab\n"])
def test_environment_must_be_a_name(root: Path, env: str) -> None:
    """The name becomes a path, so it is held to a form."""
    (problem,) = source.check(root, env)
    assert problem.fix == "use small letters, digits, hyphens"
    with pytest.raises(Problems):
        source.input_hashes(root, env)


def test_unknown_environment(root: Path) -> None:
    """A missing file names the file."""
    assert told(root, "field") == ["hunan/env/field.yaml: the file is missing; add it"]


def test_no_province_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder gives one line per missing thing."""
    monkeypatch.chdir(tmp_path)
    assert len(told(Path("nowhere"))) == 15


@pytest.mark.parametrize("text", ["", "- a\n", "x\n", "~\n", "[]\n", "5\n"])
def test_wrong_shape_of_a_file(root: Path, text: str) -> None:
    """A file that is no group of keys is one plain error on line 1."""
    (root / "zones.yaml").write_text(text, encoding="utf-8")
    (problem,) = source.check(root)
    assert problem.place == "hunan/zones.yaml:1"
    assert problem.cause.endswith("not keys and values")


def test_broken_csv(root: Path) -> None:
    """Quotes that never close, a control character, a code with a letter: each on its line."""
    lines = (root / "regions.csv").read_text(encoding="utf-8").splitlines()
    lines[5] = lines[5].replace("430400", "43040O")
    lines[6] = lines[6].replace("邵阳市", "邵阳\x1b市")
    lines[7] = lines[7].replace("city", "town")
    (root / "regions.csv").write_text("\n".join(lines) + '\n"open', encoding="utf-8")
    places = [problem.place for problem in source.check(root)]
    assert places == [f"hunan/regions.csv:{line}" for line in (6, 7, 8, len(lines) + 1)]


def test_load_raises_what_check_tells(root: Path) -> None:
    """Both see the same, and a rule alone is enough to refuse."""
    text = (root / "waves.yaml").read_text(encoding="utf-8")
    (root / "waves.yaml").write_text(text.replace(", canary: true", ""), encoding="utf-8")
    with pytest.raises(Problems) as caught:
        source.load(root)
    assert [str(line) for line in caught.value.lines] == told(root)
    assert all(isinstance(line, InputError) for line in caught.value.lines)


def test_a_broken_file_does_not_trip_rules_about_the_others(root: Path) -> None:
    """A platform that cannot be read must not be reported as missing everywhere it is named."""
    (root / "platforms" / "zhuzhou.yaml").write_text("name: zhuzhou\n", encoding="utf-8")
    assert {problem.place for problem in source.check(root)} == {"hunan/platforms/zhuzhou.yaml:1"}


def test_every_partial_rule_is_silent_on_a_part(root: Path) -> None:
    """Removing files can never make a partial rule speak: that is what `partial` promises."""
    for name in ("changsha", "hunan", "loudi"):
        (root / "platforms" / f"{name}.yaml").unlink()
    partial = tuple(rule for rule in rules.discover() if rule.partial)
    assert len(partial) >= 6
    assert source.examine(root, chosen=partial).problems == ()


def test_a_city_is_one_file(root: Path) -> None:
    """Without its file a city is gone from waves, links and environment; with it, it is back: nothing else to edit."""
    path = root / "platforms" / "xiangxi.yaml"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    (root / "organisations" / "xiangxi.csv").unlink(missing_ok=True)
    found = source.examine(root)
    assert [problem.cause for problem in found.problems] == ["no platform serves 433100 湘西土家族苗族自治州"]
    without = found.inventory
    assert without is not None
    assert "xiangxi" not in {name for wave in without.waves for name in wave.platforms}
    assert "core-xiangxi" not in without.links
    path.write_text(text, encoding="utf-8")
    whole = source.load(root)
    assert whole.waves[-1].platforms[-1] == "xiangxi"
    assert [port.link for port in whole.devices["core"].interfaces][-1] == "core-xiangxi"
    assert whole.holds(whole.devices["pe-xiangxi"])
