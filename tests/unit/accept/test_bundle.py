"""The evidence bundle: played back without a network, and refused after any change."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from inventory.errors import GateError, InputError
from inventory.source import load
from ipv6.plan.plan import make_plan
from jiyue.accept import bundle
from jiyue.accept.document import document
from jiyue.accept.replay import compare, replay
from jiyue.accept.result import AcceptResult
from jiyue.accept.run import TRANSCRIPT, VERDICTS, run
from jiyue.accept.transcript import NotMeasured, Transcript
from jiyue.i18n import set_language
from jiyue.probe.evidence import Evidence
from jiyue.review import keys
from jiyue.review.keys import SigningKey
from jiyue.scheme.docx import docx
from jiyue.scheme.xlsx import xlsx

ROOT = Path(__file__).parents[3]
PROVINCE = ROOT / "inventory" / "hunan"
ABOUT = {"environment": "lab", "made": "2026-03-01T00:00:00Z"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return keys.generate(tmp_path_factory.mktemp("keys"), "wang")


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run of the suite for one platform where there is no lab: every answer is a problem, and recorded."""
    folder = tmp_path_factory.mktemp("run")
    inv = load(PROVINCE, "lab")
    claims = {claim.key: claim.prefix for claim in make_plan(inv, ()).claims}
    run(inv, ROOT, ["changsha"], claims=claims, ssh_config=folder / "none", output=folder / "accept")
    # One answer that was taken: the bundle carries it and everything that hangs on its name.
    name = Evidence(folder / "evidence").put(b"an answer")
    with (folder / "accept" / TRANSCRIPT).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"source": "pe-changsha", "question": "0" * 64, "answer": name}) + "\n")
    return folder


@pytest.fixture(scope="module")
def whole(accepted: Path, key: SigningKey) -> bytes:
    return bundle.make(accepted / "accept", accepted / "evidence", PROVINCE, ABOUT, key)


@pytest.fixture
def made(whole: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "acceptance.zip"
    path.write_bytes(whole)
    return path


def public(key: SigningKey) -> dict[str, object]:
    return {key.key_id: key.private.public_key()}


def test_every_verdict_comes_out_the_same(accepted: Path, made: Path, key: SigningKey, tmp_path: Path) -> None:
    """The suite runs again over the bundle alone: same bytes, and nothing of this machine's places is in it."""
    found = bundle.read(made, public(key))  # type: ignore[arg-type]
    again = replay(found, ROOT, tmp_path / "work")
    assert again.same and again.differences == () and again.cases > 50
    assert list((tmp_path / "work").iterdir()) == []
    assert str(accepted) not in found.entries["plan.json"].decode()
    assert made.read_bytes() == bundle.make(accepted / "accept", accepted / "evidence", PROVINCE, ABOUT, key)


def test_a_changed_verdict_is_named(accepted: Path) -> None:
    """Somebody made a test pass: the replay says which and why."""
    then = (accepted / "accept" / VERDICTS).read_bytes()
    data = json.loads(then)
    case = next(one for one in data["cases"] if one["verdict"] == "unknown")
    case["verdict"] = "pass"
    found = compare(json.dumps(data).encode(), then)
    assert not found.same
    (difference,) = found.differences
    assert (difference.name, difference.then, difference.now) == (case["name"], "pass", "unknown")


def rewritten(path: Path, change: dict[str, bytes | None]) -> Path:
    """The same ZIP with entries changed, added, or (None) left out."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()} | change
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            if content is not None:
                archive.writestr(name, content)
    target = path.with_name("changed.zip")
    target.write_bytes(out.getvalue())
    return target


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({VERDICTS: b"{}"}, GateError, "not what was signed"),
        ({"junit.xml": None}, GateError, "is missing"),
        ({"extra.txt": b""}, GateError, "not in the manifest"),
        ({"manifest.json": b"{}"}, GateError, "not the one that was signed"),
        ({"manifest.dsse": b"{}"}, GateError, "cannot be read"),
        ({"manifest.dsse": None}, InputError, "no acceptance bundle"),
        ({"../evil": b""}, InputError, "never has"),
        ({"/etc/passwd": b""}, InputError, "never has"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_touched_bundle_is_refused(
    made: Path, key: SigningKey, change: dict[str, bytes | None], error: type[Exception], says: str
) -> None:
    """Whatever was changed, nothing of it is run."""
    with pytest.raises(error, match=says):
        bundle.read(rewritten(made, change), public(key))  # type: ignore[arg-type]


def test_another_key_and_no_zip_are_refused(made: Path, tmp_path: Path) -> None:
    """A signature by somebody unknown, a text file, a file that is not there."""
    stranger = keys.generate(tmp_path / "other", "zhao")
    with pytest.raises(GateError, match="no trusted"):
        bundle.read(made, {"zhao": stranger.private.public_key()})
    text = tmp_path / "notes.zip"
    text.write_text("not a zip", encoding="utf-8")
    with pytest.raises(InputError, match="no ZIP file"):
        bundle.read(text, {})
    with pytest.raises(InputError, match="cannot be read"):
        bundle.read(tmp_path / "none.zip", {})


def test_more_than_a_bundle_ever_has_is_refused(made: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ZIP bomb is told by its directory, before anything is unpacked."""
    monkeypatch.setattr(bundle, "LARGEST", 1000)
    with pytest.raises(InputError, match="unpacks to more"):
        bundle.read(made, public(key))  # type: ignore[arg-type]


def test_an_answer_changed_on_disk_makes_no_bundle(accepted: Path, key: SigningKey, tmp_path: Path) -> None:
    """The name no longer fits the bytes."""
    evidence = tmp_path / "evidence"
    name = Evidence(evidence).put(b"an answer")
    (evidence / name).write_bytes(b"another")
    with pytest.raises(InputError, match="changed after it was taken"):
        bundle.make(accepted / "accept", evidence, PROVINCE, ABOUT, key)


def test_the_transcript_plays_back_what_was_asked_and_nothing_else(tmp_path: Path) -> None:
    """Answers, problems, unknown questions and lost answers."""
    evidence = Evidence(tmp_path / "evidence")
    record = Transcript(tmp_path / "t.jsonl", evidence)
    _, name = record.ask("pe", b"question", lambda: b"answer")

    def fails() -> bytes:
        raise NotMeasured("unreachable")

    with pytest.raises(NotMeasured):
        record.ask("fw", b"question", fails)
    played = Transcript(tmp_path / "t.jsonl", evidence, replay=True)
    assert played.ask("pe", b"question", fails) == (b"answer", name)
    for source, question, says in (("fw", b"question", "unreachable"), ("pe", b"other", "no answer")):
        with pytest.raises(NotMeasured, match=says):
            played.ask(source, question, lambda: b"asked")
    (tmp_path / "evidence" / name).write_bytes(b"forged")
    with pytest.raises(NotMeasured, match="missing or was changed"):
        played.ask("pe", b"question", fails)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_report_and_sheet(accepted: Path, language: str) -> None:
    """Word and Excel of a red acceptance: every case in the sheet, the same bytes each time."""
    set_language(language)
    result = AcceptResult.read(json.loads((accepted / "accept" / "result.json").read_text(encoding="utf-8")))
    plan = json.loads((accepted / "accept" / "plan.json").read_text(encoding="utf-8"))
    words = document(result, plan, {"changsha": "ab" * 32}, "lab", "2026-03-01T00:00:00Z", "王工")
    tables = {table.id: table for table in words.annex}
    assert len(tables["annex-accept-cases"].rows) == len(result.cases)
    assert len(tables["annex-accept-deferred"].rows) == 9
    assert [chapter.id for chapter in words.chapters][-1] == "signatures"
    assert docx(words) == docx(words) and xlsx(words) == xlsx(words)
    none = replace(result, cases=tuple(case for case in result.cases if case.verdict == "pass"))
    assert "red" in [chapter.id for chapter in document(none, plan, {}, "field", "2026-03-01", "x").chapters]
