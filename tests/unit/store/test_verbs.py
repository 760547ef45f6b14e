"""The verbs of `jiyue store` and `ipv6 release` on a copy of the checkout, on both databases."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.calls import Done, run

ROOT = Path(__file__).resolve().parents[3]
SITE = "www.changsha.gov.cn"


class Checkout:
    """A copy of the province with a store of its own."""

    def __init__(self, root: Path, place: str, patch: pytest.MonkeyPatch) -> None:
        self.root, self.place, self._patch = root, place, patch

    def __call__(self, *words: str, place: str | None = None) -> Done:
        return run(
            list(words),
            self._patch,
            JIYUE_ROOT=str(self.root),
            JIYUE_LANG="en",
            JIYUE_STORE=self.place if place is None else place,
        )

    def json(self, *words: str, place: str | None = None) -> Any:
        """The answer of a call that must succeed (or only warn)."""
        done = self(*words, "--json", place=place)
        assert done.code in (0, 1), done.err
        return json.loads(done.out)


@pytest.fixture
def checkout(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A checkout whose store is in the default place or on the server."""
    return make(tmp_path, place if place.startswith("postgresql") else "", monkeypatch)


def make(tmp_path: Path, place: str, patch: pytest.MonkeyPatch) -> Checkout:
    """What of a checkout a command reads."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", root / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
    for driver in (ROOT / "ipv6" / "drivers").iterdir():
        if driver.is_dir() and driver.name[0] not in "._":
            (root / "ipv6" / "drivers" / driver.name).mkdir(parents=True)
    return Checkout(root, place, patch)


def test_a_life(checkout: Checkout, tmp_path: Path) -> None:
    """Plan, status, backup, release, verify against an older head, restore, plan again."""
    planned = checkout.json("ipv6", "plan")["added"]
    status = checkout.json("store", "status")
    assert status["schema"] == "jiyue/store-status/1"
    assert status["rows"]["ledger"] == status["head"]["count"] == planned > 1000
    assert status["layout"] == status["newest"]
    head = f"{status['head']['count']}:{status['head']['hash']}"
    assert checkout("store", "head").out.strip() == head
    made = checkout.json("store", "backup", str(tmp_path / "one.backup"))
    assert made["rows"]["ledger"] == planned and (tmp_path / "one.backup").is_file()

    platform = next((checkout.root / "inventory" / "hunan" / "platforms").glob("changsha.yaml"))
    text = platform.read_text(encoding="utf-8")
    assert text.count(SITE) >= 1
    key = f"site/{SITE}"
    refused = checkout("ipv6", "release", key, "--reason", "moved")
    assert (refused.code, "the inventory still needs it" in refused.err) == (2, True)

    verified = checkout("store", "verify", "--head", head)
    assert re.match(rf"{planned} ledger records fit, \d+ guards are in place, head {head}\n", verified.out), (
        verified.err
    )
    assert checkout.json("store", "migrate")["before"] == status["layout"]

    done = checkout("store", "restore", str(tmp_path / "one.backup"), "--replace")
    assert done.code == 0, done.err
    kept = re.search(r"the old store is kept in (\S+)", done.out)
    assert kept and Path(kept[1]).is_file()
    assert checkout.json("ipv6", "plan")["added"] == 0


def test_release(checkout: Checkout) -> None:
    """What the inventory no longer has is given up; the next plan leaves its prefix alone."""
    checkout.json("ipv6", "plan")
    folder = checkout.root / "inventory" / "hunan"
    files = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.csv")}
    path, text = next((path, text) for path, text in sorted(files.items()) if path.parent.name == "organisations")
    lines = text.splitlines(keepends=True)
    identity, _, region, plane = lines[-1].split(",")[:4]
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    key = f"org/{plane}/{region}/{identity}"
    released = checkout.json("ipv6", "release", key, "--reason", "并入市政务中心")["released"]
    assert (released["kind"], released["key"], released["reason"]) == ("release", key, "并入市政务中心")
    status = checkout.json("store", "status")
    assert status["quarantined"] == 1 and status["head"]["count"] == released["seq"]
    assert checkout.json("ipv6", "plan")["added"] == 0
    path.write_text(text, encoding="utf-8")
    again = checkout("ipv6", "plan")
    if again.code == 0:
        now = next(entry for entry in reversed(_claims(checkout)) if entry["key"] == key)
        assert now["prefix"] != released["prefix"]
    else:
        assert again.code == 3 and "released/" in again.err


def _claims(checkout: Checkout) -> list[dict[str, str]]:
    from jiyue.store import open_store

    place = checkout.place or checkout.root / "var" / "lab" / "jiyue.db"
    store = open_store(place)
    found = [{"key": claim.key, "prefix": claim.prefix} for claim in store.claims()]
    store.database.close()
    return found


def test_from_file_to_server(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A team outgrows the file: backup there, restore here, same ledger."""
    one = make(tmp_path, "", monkeypatch)
    one.json("ipv6", "plan")
    head = one("store", "head").out
    assert one("store", "backup", str(tmp_path / "a")).code == 0
    done = one("store", "restore", str(tmp_path / "a"), place=database_url)
    assert done.code == 0, done.err
    assert one("store", "head", place=database_url).out == head
    assert one.json("ipv6", "plan", place=database_url)["added"] == 0
    assert one.json("store", "status", place=database_url)["weak"] == ["fsync is off"]


def test_a_damaged_file_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore moves what cannot be opened away whole, and back when the backup is no good either."""
    one = make(tmp_path, "", monkeypatch)
    one.json("ipv6", "plan")
    head = one("store", "head").out
    assert one("store", "backup", str(tmp_path / "a")).code == 0
    file = one.root / "var" / "lab" / "jiyue.db"
    for helper in file.parent.glob("jiyue.db-*"):
        helper.unlink()
    rubbish = b"no database\n" * 500
    file.write_bytes(rubbish)
    assert one("store", "restore", str(tmp_path / "a")).code == 4
    (tmp_path / "b").write_bytes((tmp_path / "a").read_bytes()[:-40])
    assert one("store", "restore", str(tmp_path / "b"), "--replace").code == 2
    assert file.read_bytes() == rubbish and not list(file.parent.glob("*damaged*"))
    done = one("store", "restore", str(tmp_path / "a"), "--replace")
    assert done.code == 0, done.err
    assert [path.read_bytes() for path in file.parent.glob("*damaged*")] == [rubbish]
    assert one("store", "head").out == head and one("store", "verify").code == 0
