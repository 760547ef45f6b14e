"""The verbs of the authority, from an empty keyring to a broken log, in a checkout of their own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from inventory.model import SHARED
from jiyue.review import keys
from tests.unit.cli.calls import Done
from tests.unit.cli.calls import run as call
from tests.unit.review.province import checkout, proposed


class Desk:
    """Calls the command in one checkout, in English."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self._monkeypatch = root, monkeypatch

    def __call__(self, *words: str, code: int = 0, **environ: str) -> Done:
        """The call, which must end with `code`."""
        done = call(list(words), self._monkeypatch, JIYUE_ROOT=str(self.root), JIYUE_LANG="en", **environ)
        assert done.code == code, (words, done)
        return done

    def data(self, *words: str, code: int = 0) -> dict[str, Any]:
        """What it prints as JSON."""
        found = json.loads(self(*words, "--json", code=code).out)
        assert isinstance(found, dict) and str(found["schema"]).startswith("jiyue/review-")
        return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared and two cities, proposed by 王工; made once."""
    root = checkout(tmp_path_factory.mktemp("template"))
    proposed(root, (SHARED, "changsha", "zhuzhou")).store.database.close()
    return root


@pytest.fixture
def desk(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of its own."""
    return Desk(Path(shutil.copytree(template, tmp_path / "checkout")), monkeypatch)


def enrolled(
    desk: Desk, folder: Path, name: str, person: str, unit: str = "extranet-authority", role: str = "reviewer"
) -> str:
    """A person's pair, made and enrolled with the lab's root; gives the private key's path."""
    desk("review", "keygen", name, "--into", str(folder))
    words = ("--public", str(folder / f"{name}.pub"), "--person", person, "--unit", unit, "--role", role)
    assert "keyring version" in desk("review", "keys", "enrol", *words).out
    return str(folder / f"{name}.key")


def test_one_proposal_from_hand_to_hand(desk: Desk, tmp_path: Path) -> None:
    """Submitted, discussed, refused to its author, sent back, proposed anew, approved; the queue follows."""
    desk("review", "keys", "init")
    li = enrolled(desk, tmp_path / "k", "li", "李审核")
    wang = enrolled(desk, tmp_path / "k", "wang", "王工", "research-centre", "engineer")
    own = enrolled(desk, tmp_path / "k", "wang-r", "王工")
    desk("ipv6", "submit", "changsha", "--key", wang)
    refused = desk("review", "approve", "changsha", "--key", own, code=3)
    assert "王工 wrote this proposal and cannot review it" in refused.err
    desk(
        "review", "comment", "changsha", "缺少日志规则", "--by", "李审核", "--about", "fw-changsha nftables inet jiyue"
    )
    wrong = desk("review", "comment", "changsha", "x", "--by", "李审核", "--about", "fw-changsa", code=2)
    assert "like fw-changsha" in wrong.err
    (row,) = desk.data("review", "queue", "changsha")["proposals"]
    assert (row["status"], row["comments"], row["counts"]["medium"]) == ("submitted", 1, 1)
    shown = desk.data("review", "show", "changsha")
    assert shown["comments"][0]["words"] == "缺少日志规则" and "# " in shown["markdown"]
    done = desk.data("review", "approve", "changsha", "--key", li, "--reviewer", "李审核")
    assert (done["approved"], done["lacking"]) == (["changsha"], {})
    desk("review", "reject", "changsha", "--key", li, "--reason", "端口有误", code=0)
    listed = {row["platform"]: row for row in desk.data("review", "list")["proposals"]}
    assert listed["changsha"]["status"] == "rejected" and "rejected by 李审核" in listed["changsha"]["approval"]


def test_shared_needs_two(desk: Desk, tmp_path: Path) -> None:
    """One yes is told as one of two."""
    li = enrolled(desk, tmp_path / "k", "li", "李审核")
    desk("ipv6", "submit", SHARED)
    found = desk.data("review", "approve", SHARED, "--key", li)
    assert found["approved"] == [] and found["signed"] == [SHARED]
    assert "1 of 2 needed reviewers approved it (李审核)" in found["lacking"][SHARED]
    assert desk.data("review", "approve", SHARED)["approved"] == [SHARED]


def test_revoked(desk: Desk, tmp_path: Path) -> None:
    """The approval is void at once, in the list and for whoever asks."""
    li = enrolled(desk, tmp_path / "k", "li", "李审核")
    desk("ipv6", "submit", "changsha", "zhuzhou")
    desk("review", "approve", "changsha", "--key", li)
    desk("review", "keys", "revoke", "li", "--reason", "密钥丢失")
    listed = {row["platform"]: row for row in desk.data("review", "list")["proposals"]}
    assert "li of 李审核 was revoked" in listed["changsha"]["approval"]
    assert "was revoked" in desk("review", "approve", "zhuzhou", "--key", li, code=3).err
    ring = desk.data("review", "keys", "list")
    assert [(one["key"], one["status"]) for one in ring["members"]][-1] == ("li", "revoked")


def test_rotated_and_renewed(desk: Desk, tmp_path: Path) -> None:
    """The new key is the same person's; every change is a new version."""
    enrolled(desk, tmp_path / "k", "li", "李审核")
    desk("review", "keygen", "li-2", "--into", str(tmp_path / "k"))
    desk("review", "keys", "rotate", "li", "--public", str(tmp_path / "k" / "li-2.pub"))
    desk("review", "keys", "renew")
    ring = desk.data("review", "keys", "list")
    last = {one["key"]: (one["person"], one["status"], one["next"]) for one in ring["members"]}
    assert last["li"] == ("李审核", "retired", "li-2") and last["li-2"] == ("李审核", "active", "")
    assert ring["version"] == 4


def test_only_the_root_signs(desk: Desk, tmp_path: Path) -> None:
    """Another key is refused, noted, and the keyring stays."""
    li = enrolled(desk, tmp_path / "k", "li", "李审核")
    refused = desk("review", "keys", "revoke", "lab-reviewer", "--reason", "x", "--root", li, code=3)
    assert "it is not the root key of this keyring" in refused.err
    assert "revoke with another key than the root" in desk.data("review", "log", "--last", "1")["entries"][0]["detail"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--unit", "atlantis"), "unit atlantis: is not in review.yaml"),
        (("--role", "boss"), "--role: 'boss' is no role"),
        (("--person", " "), "' ' is no name"),
    ],
)
def test_wrong_enrolments(desk: Desk, tmp_path: Path, words: tuple[str, str], told: str) -> None:
    """Wrong input, exit code 2, the keyring untouched."""
    desk("review", "keygen", "li", "--into", str(tmp_path))
    known = {"--public": str(tmp_path / "li.pub"), "--person": "李", "--unit": "changsha", words[0]: words[1]}
    flat = [word for pair in known.items() for word in pair]
    assert told in desk("review", "keys", "enrol", *flat, code=2).err


def test_emergency(desk: Desk, tmp_path: Path) -> None:
    """Two of the lab's keys sign; marked everywhere, and open until somebody else has reviewed it."""
    desk("ipv6", "submit", "changsha")
    assert "an emergency needs a reason" in desk("review", "approve", "changsha", "--emergency", code=2).err
    desk("review", "approve", "changsha", "--emergency", "--reason", "核心路由器故障")
    (row,) = desk.data("review", "queue", "changsha")["proposals"]
    assert row["emergency"] is True and row["review_due"] and len(row["signers"]) == 2
    for words in (("review", "list"), ("review", "queue"), ("review", "show", "changsha")):
        assert "emergency change, to be reviewed until" in desk(*words).out
    status = json.loads(desk("status", "--json", code=1).out)["platforms"]
    (mine,) = [one for one in status if one["name"] == "changsha"]
    assert any(reason.startswith("emergency approval until") for reason in mine["reasons"])
    after = ("review", "after", "changsha", "--finding", "变更符合方案")
    assert "approved the emergency and cannot review it afterwards" in desk(*after, code=3).err
    desk(*after, "--key", enrolled(desk, tmp_path / "k", "qian", "钱"))
    (row,) = desk.data("review", "queue", "changsha")["proposals"]
    assert row["review_due"] == ""
    assert "no emergency change waits for a review here" in desk(*after, code=3).err


def test_log_and_checkpoint(desk: Desk, tmp_path: Path) -> None:
    """Whole, signed, then cut: the copy outside tells, with exit code 4 and the place."""
    desk("ipv6", "submit", "changsha", "zhuzhou")
    desk("review", "approve", "changsha", "zhuzhou")
    copy = tmp_path / "checkpoint.json"
    made = desk.data("review", "checkpoint", "--out", str(copy))
    assert made["seq"] == desk.data("review", "verify-log", "--checkpoint", str(copy))["entries"] - 1
    connection = sqlite3.connect(desk.root / "var" / "lab" / "jiyue.db")
    connection.execute("DROP TRIGGER audit_no_delete")
    connection.execute("DELETE FROM audit WHERE seq > 4")
    connection.commit()
    connection.close()
    broken = desk("review", "verify-log", "--checkpoint", str(copy), code=4)
    assert "log entry 5: the log ends at 4, the checkpoint of" in broken.err
    desk("review", "checkpoint", code=4)


def test_differences(desk: Desk) -> None:
    """Object by object, also as JSON."""
    found = desk.data("review", "diff", "changsha", "fw-changsha")
    assert {one["name"].split()[0] for one in found["objects"]} == {"fw-changsha"}
    text = desk("review", "diff", "changsha", "fw-changsha").out
    assert "== fw-changsha nftables inet jiyue" in text and "\n+" in text
    assert "0 proposals have a digest" in desk("review", "diff", "changsha", "--against", "f" * 12, code=2).err


def test_passphrase_never_in_the_arguments(desk: Desk, tmp_path: Path) -> None:
    """By descriptor or environment; without one a locked key is told, never asked for in a script."""
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n", encoding="utf-8")
    handle = os.open(secret, os.O_RDONLY)
    try:
        desk("review", "keygen", "li", "--into", str(tmp_path), "--locked", "--passphrase-fd", str(handle))
    finally:
        os.close(handle)
    desk("review", "keys", "init")
    desk(
        "review",
        "keys",
        "enrol",
        "--public",
        str(tmp_path / "li.pub"),
        "--person",
        "李",
        "--unit",
        "extranet-authority",
    )
    desk("ipv6", "submit", "changsha")
    approve = ("review", "approve", "changsha", "--key", str(tmp_path / "li.key"))
    assert "the key has a passphrase" in desk(*approve, code=4).err
    assert "the passphrase does not fit" in desk(*approve, code=4, JIYUE_KEY_PASSPHRASE="wrong").err
    assert "approved: changsha" in desk(*approve, JIYUE_KEY_PASSPHRASE="correct horse").out
    assert keys.load(tmp_path, "li", lambda: b"correct horse").key_id == "li"


def test_init_once(desk: Desk) -> None:
    """A second root key would disown everybody."""
    desk("review", "keys", "init")
    assert "there is a keyring already" in desk("review", "keys", "init", code=2).err
