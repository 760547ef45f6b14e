"""The four verbs on a checkout of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.brownfield.sheets import BAD, office_form
from tests.unit.cli.calls import Done, run

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(__file__).parent / "data"


class Checkout:
    """A copy of the province, with the command bound to it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
        shutil.copytree(ROOT / "stacks", root / "stacks")
        shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
        self.root = root
        self._patch = monkeypatch

    def call(self, *words: str | Path) -> Done:
        return run(["ipv6", *map(str, words)], self._patch, JIYUE_ROOT=str(self.root), JIYUE_LANG="en")

    def answer(self, *words: str | Path, code: int = 0) -> dict[str, Any]:
        done = self.call(*words, "--json")
        assert done.code == code, done.err
        found: dict[str, Any] = json.loads(done.out)
        return found


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path / "checkout", monkeypatch)


def test_nothing_is_half_imported(checkout: Checkout, tmp_path: Path) -> None:
    """One bad cell in one of two files: every bad place is named and neither file is kept."""
    form = office_form(tmp_path / "表.xlsx", dict(BAD))
    done = checkout.call("import", DATA / "frr.conf", form)
    assert done.code == 2
    assert [line.split(":")[0] for line in done.err.splitlines()] == [
        f"表.xlsx!地址表!{one}" for one in ("C7", "C8", "F8")
    ]
    assert checkout.call("gap").code == 5


def test_what_could_be_read_on_request(checkout: Checkout, tmp_path: Path) -> None:
    """`--partial` keeps the rest, and every later report says that something is missing."""
    checkout.answer("plan")
    form = office_form(tmp_path / "表.xlsx", dict(BAD))
    found = checkout.answer("import", form, "--partial", code=1)["sources"][0]
    assert (found["uses"], len(found["unread"])) == (3, 3)
    gap = checkout.answer("gap", code=1)
    assert [one["place"] for one in gap["unread"]] == [f"表.xlsx!地址表!{one}" for one in ("C7", "C8", "F8")]


def test_importing_again_says_what_changed(checkout: Checkout, tmp_path: Path) -> None:
    """The source is replaced; the same file again changes nothing; a source can be taken out."""
    path = tmp_path / "pe.conf"
    text = (DATA / "frr.conf").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    first = checkout.answer("import", path)["sources"][0]
    path.write_text(text.replace("10.8.0.2/24", "10.8.0.9/24"), encoding="utf-8")
    second = checkout.answer("import", path)["sources"][0]
    assert (len(first["added"]), second["kept"]) == (first["uses"], first["uses"] - 1)
    assert ([one["value"] for one in second["added"]], [one["value"] for one in second["removed"]]) == (
        ["10.8.0.9/24"],
        ["10.8.0.2/24"],
    )
    shown = checkout.call("import", path)
    assert "0 new, 0 gone" in shown.out
    assert checkout.answer("import", "--forget", "pe.conf")["uses"] == first["uses"]
    assert checkout.call("gap").code == 5
    assert checkout.call("import", "--forget", "pe.conf").code == 2


def test_names_of_sources(checkout: Checkout, tmp_path: Path) -> None:
    """Two files of one name are refused; `--as` names one."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(DATA / "frr.conf", tmp_path / folder / "x.conf")
    both = [tmp_path / folder / "x.conf" for folder in ("a", "b")]
    done = checkout.call("import", *both)
    assert (done.code, done.err) == (2, "x.conf: 2 files have this name; import them one by one with --as\n")
    assert checkout.answer("import", both[0], "--as", "zhuzhou")["sources"][0]["source"] == "zhuzhou"
    assert checkout.call("import", *both, "--as", "z").code == 2
    assert checkout.call("import").code == 2
    assert checkout.call("import", both[0], "--format", "cisco").code == 2


def test_the_path_of_an_engineer(checkout: Checkout, tmp_path: Path) -> None:
    """Plan, import, pairs, gap, export, and the export imported again agrees with the plan."""
    checkout.answer("plan")
    checkout.answer(
        "import", DATA / "comware.cfg", DATA / "v3-addresses.csv", "--partial", "--region", "changsha", code=1
    )
    pairs = checkout.answer("pairs", "长沙市")
    states = {one["interface"] or one["name"]: (one["state"], one["known"]) for one in pairs["pairs"]}
    assert states["LoopBack0"] == ("dual", True)
    assert states["jyj.changsha.gov.cn"] == ("dual", True)
    assert states["Vlan-interface100"] == ("dual", False)
    assert {one["region"] for one in pairs["unseen"]} >= {"430100", "430121"}
    only = checkout.answer("pairs", "--state", "ipv4-only")
    assert {one["state"] for one in only["pairs"]} == {"ipv4-only"}
    assert only["unseen"] == []
    gap = checkout.answer("gap", "430102", code=1)
    assert [(one["code"], one["seen"]) for one in gap["regions"]] == [("430102", len(gap["pairs"]))]
    assert "the ledger never gave it out" in gap["conflicts"][0]["cause"]
    out = tmp_path / "out"
    for kind, files in (("xlsx", 1), ("netbox-csv", 3), ("reverse-zones", 200), ("ansible", 1), ("json", 2)):
        done = checkout.answer("export", "--format", kind, "--into", out / kind)
        assert len(done["files"]) >= files
        assert all((out / kind / name).stat().st_size for name in done["files"])
    assert not any(
        checkout.answer("export", "--format", "reverse-zones", "--into", out / "reverse-zones")["files"].values()
    )
    for source in ("comware.cfg", "v3-addresses.csv"):
        checkout.answer("import", "--forget", source)
    checkout.answer("import", out / "netbox-csv" / "prefixes.csv", out / "netbox-csv" / "ip-addresses.csv")
    again = checkout.answer("gap")
    assert again["conflicts"] == []
    assert sum(one["unseen"] + one["unknown"] for one in again["regions"]) == 0


def test_text_answers(checkout: Checkout) -> None:
    """Tables for people, with everything a reader needs on the line."""
    checkout.answer("plan")
    done = checkout.call("import", DATA / "comware.cfg")
    assert "comware.cfg: h3c_comware utf-16, 10 addresses (10 new, 0 gone, 0 as before)" in done.out
    pairs = checkout.call("pairs", "--state", "dual")
    assert "H3C-长沙" in pairs.out
    assert "unknown to the inventory" in pairs.out
    gap = checkout.call("gap")
    assert (gap.code, "nothing imported" in gap.out, "conflict comware.cfg:14" in gap.out) == (1, True, True)
    assert checkout.call("pairs", "--state", "odd").code == 2
