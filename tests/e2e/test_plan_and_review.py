"""What engineers and reviewers do on a finished province: explain, ask what if, exchange, judge, prove the log."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.e2e.helpers import as_json, jiyue
from tests.e2e.province import Province

pytestmark = pytest.mark.lab


def test_an_address_of_the_running_province_is_explained(province: Province) -> None:
    """The portal of Changsha, field by field, down to the site that holds it."""
    shown = as_json("ipv6", "show", "3fff:ff1:100:1000::10")
    assert shown["allocated"]
    assert shown["claims"][-1]["key"] == "site/www.changsha.gov.cn"
    assert any("430100" in field["meaning"] for field in shown["fields"])


def test_whatif_and_usage_write_nothing(province: Province) -> None:
    """The ledger's end is the same before and after."""
    head = as_json("store", "head")
    assert as_json("ipv6", "usage", "--region", "430100")
    assert jiyue("ipv6", "whatif", "--add-county", "430199", "--parent", "430100").returncode == 0
    small = jiyue("ipv6", "whatif", "--prefix", "3fff:20::/38", "--profile", "compact", check=False)
    assert small.returncode == 2
    assert as_json("store", "head") == head


def test_what_runs_can_be_exported_and_read_again(province: Province, tmp_path: Path) -> None:
    """The NetBox files of one region come back as the same addresses, and the gap report judges them."""
    jiyue("ipv6", "export", "--format", "netbox-csv", "--into", str(tmp_path))
    files = sorted(path for path in tmp_path.rglob("*.csv"))
    rows = [row for path in files for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())]
    assert any(row.get("address", "").startswith("3fff:ff1:100:1000::10/") for row in rows)
    read = as_json("ipv6", "import", *(str(path) for path in files if path.name != "interfaces.csv"))
    assert len(read["sources"]) == 2
    assert [source["unread"] for source in read["sources"]] == [[], []]
    try:
        found = as_json("ipv6", "gap", "430100")
        (city,) = [region for region in found["regions"] if region["code"] == "430100"]
        assert (city["ipv4_only"], city["unknown"], city["conflicts"]) == (0, 0, 0)
        assert city["dual"] > 40
    finally:
        for source in read["sources"]:
            jiyue("ipv6", "import", "--forget", source["source"])


def test_the_precheck_passes_on_every_proposal(province: Province) -> None:
    """Own model of routes and filters, both families, on the texts that were approved and applied."""
    found = as_json("ipv6", "precheck")
    assert (found["verdict"], found["reasons"], found["unknown"]) == ("pass", [], [])
    assert found["checked"] > 1000


def test_a_scheme_is_written_in_four_formats(province: Province, tmp_path: Path) -> None:
    """The documents of one city carry the digest that was approved."""
    digest = next(row["digest"] for row in as_json("status")["platforms"] if row["name"] == "changsha")
    (scheme,) = as_json("ipv6", "scheme", "changsha", "--into", str(tmp_path))["schemes"]
    assert scheme["digest"] == digest
    suffixes = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert {".docx", ".xlsx", ".html", ".json"} <= suffixes
    page = next(tmp_path.rglob("*.html")).read_text(encoding="utf-8")
    assert digest in page and "www.changsha.gov.cn" in page


def test_every_approval_still_holds_after_everything_was_applied(province: Province) -> None:
    """Applying the shared part and one city after another voided nobody's approval; the log is whole."""
    rows = as_json("review", "list", "--observe")["proposals"]
    assert len(rows) == 16
    assert {row["status"] for row in rows} == {"applied"}
    assert [row for row in rows if row.get("moved")] == []
    assert as_json("review", "verify-log")["whole"]
    assert jiyue("store", "verify").returncode == 0


def test_the_author_and_a_foreign_key_are_refused(province: Province, tmp_path: Path) -> None:
    """Neither the proposal's author nor a key outside the keyring can decide."""
    jiyue("review", "keygen", "stranger", "--into", str(tmp_path))
    for words in (
        ("--reviewer", "lab-engineer"),
        ("--reviewer", "lab-reviewer", "--key", str(tmp_path / "stranger.key")),
    ):
        refused = jiyue("review", "reject", "changsha", "--reason", "no", *words, check=False)
        assert refused.returncode == 3, refused.stderr
    assert {row["status"] for row in as_json("review", "list")["proposals"]} == {"applied"}


def test_the_store_can_be_backed_up_and_brought_back(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup of the whole province restores into an empty store with the same end of the ledger."""
    copy = tmp_path / "province.backup"
    jiyue("store", "backup", str(copy))
    head = as_json("store", "head")
    monkeypatch.setenv("JIYUE_STORE", str(tmp_path / "elsewhere" / "jiyue.db"))
    jiyue("store", "restore", str(copy))
    assert as_json("store", "head") == head
    assert as_json("review", "verify-log")["whole"]
