"""Every kind of file under `data/` beside what it is read as; JIYUE_WRITE_GOLDEN=1 writes the expectations anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import InputError
from ipv6.brownfield.detect import COMWARE, FRR, VRP, detect
from ipv6.brownfield.model import Collected, Document, load_documents
from jiyue.exchange import read as reading
from jiyue.exchange.read import read_file

DATA = Path(__file__).parent / "data"
FILES = sorted(path for path in DATA.iterdir() if path.suffix != ".txt")


def shown(document: Document) -> str:
    """A document as text, one line for each use and each unread place."""
    lines = [f"{document.format} {document.encoding}"]
    for use in document.uses:
        words = {
            name: value
            for name, value in use.model_dump(exclude_defaults=True).items()
            if name not in ("kind", "family", "value", "place")
        }
        where = use.place.removeprefix(document.source)
        lines.append(f"{where} {use.kind} {use.value} " + " ".join(f"{name}={value}" for name, value in words.items()))
    for one in document.unread:
        place = one.place.removeprefix(document.source)
        lines.append(f"{place} {'note' if one.note else 'UNREAD'}: {one.cause}; {one.fix}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file(path: Path) -> None:
    """Read exactly so."""
    golden, found = path.with_suffix(path.suffix + ".txt"), shown(read_file(path))
    if os.environ.get("JIYUE_WRITE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def test_there_are_files() -> None:
    """An empty folder would test nothing."""
    assert {path.name for path in FILES} >= {"vrp.cfg", "comware.cfg", "frr.conf", "prefixes.csv", "addresses.json"}


@pytest.mark.parametrize(("name", "kind"), [("vrp.cfg", VRP), ("comware.cfg", COMWARE), ("frr.conf", FRR)])
def test_kind_is_seen_without_the_name(name: str, kind: str, tmp_path: Path) -> None:
    """A configuration saved under any name is still known."""
    path = tmp_path / "新建文本文档.txt"
    path.write_bytes((DATA / name).read_bytes())
    assert read_file(path).format == kind


@pytest.mark.parametrize("name", ["vrp.cfg", "comware.cfg", "frr.conf", "prefixes.csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_does_not_matter(name: str, encoding: str, tmp_path: Path) -> None:
    """UTF-8 with and without mark, GBK and UTF-16 give the same uses."""
    data = (DATA / name).read_bytes()
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "gbk" if name == "vrp.cfg" else "utf-8")
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    assert read_file(path).uses == read_file(DATA / name).uses


GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "drivers"


@pytest.mark.parametrize("state", ["v4", "dual"])
def test_what_our_drivers_write_is_read_back(state: str) -> None:
    """One device rendered for three systems: each is known for what it is, and all give the same addresses."""
    found = {name: read_file(GOLDEN / f"{name}-pe-one-{state}.txt") for name in (FRR, VRP, COMWARE)}
    assert {name: document.format for name, document in found.items()} == {name: name for name in found}
    assert not any(document.errors for document in found.values())
    seen = [{(use.kind, use.value) for use in document.uses} for document in found.values()]
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) >= 6


def test_documents_survive_the_store() -> None:
    """As JSON and back; what is empty is not written."""
    documents = [read_file(path) for path in FILES]
    stored = {one.source: one.as_json() for one in documents}
    assert load_documents(stored) == tuple(sorted(documents, key=lambda one: one.source))
    assert "via" not in str(stored["prefixes.csv"])


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("a.txt", "下午三点开会\n", "is of no known kind"),
        ("a.json", '{"a"', "is no JSON"),
        ("a.json", '{"a": 1}', "holds no list"),
        ("a.json", "[" + '{"x":' * 5000, "is no JSON|nested too deeply"),
        ("a.json", '[{"id": ' + "9" * 5000 + "}]", "a number is too long"),
        ("a.csv", '名称,IP地址\n"' + "x" * 70_000 + '"\n', "is no CSV"),
        ("a.csv", ",,\n", "is empty"),
        ("a.cfg", "#\nsysname A\n#\ninterface Vlanif1\n#\n", "holds no address"),
        ("a.csv", "名称,IP地址\n某局,无\n", "holds no address"),
    ],
)
def test_files_that_say_nothing(name: str, text: str, cause: str, tmp_path: Path) -> None:
    """Refused as a whole, with the file's name."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=cause) as error:
        read_file(path)
    assert error.value.place.startswith(name)


def test_a_page_of_an_api_is_not_everything(tmp_path: Path) -> None:
    """An answer with `next` would silently leave out the rest."""
    path = tmp_path / "a.json"
    path.write_text('{"count": 99, "next": "https://x/?offset=50", "results": [{"address": "10.1.1.1/24"}]}')
    assert [one.cause for one in read_file(path).errors] == ["is one page of several: 1 of 99 objects"]


def test_size_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes and uses are bounded."""
    path = tmp_path / "a.conf"
    path.write_text(
        "hostname a\ninterface b\n" + "".join(f" ip address 10.1.{n // 250}.{n % 250}/32\n" for n in range(900))
    )
    assert len(read_file(path, FRR).uses) == 900
    few = Collected(most=2)
    with pytest.raises(InputError, match="more than 2 addresses in one source"):
        few.extend(read_file(path, FRR).uses)
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="is larger than"):
        read_file(path)


def test_a_folder_or_nothing(tmp_path: Path) -> None:
    """Said as what it is."""
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(InputError, match="there is no such file"):
            read_file(path)


WORDS = st.sampled_from(
    [
        "interface",
        "ip",
        "ipv6",
        "address",
        "route-static",
        "route",
        "vrf",
        "vpn-instance",
        "description",
        "10.1.1.1",
        "255.255.255.0",
        "3fff::1/64",
        "#",
        "!",
        "24",
        "sysname",
        "hostname",
        "长沙",
        "--",
        "----",
        "More",
        "----",
        "exit",
        "\x1b[42D",
        "\x08",
        "address,prefix",
        ",",
        '"',
        "=1+1",
        "64",
        "eui-64",
        "NULL0",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(WORDS, max_size=7).map(" ".join), max_size=25), st.sampled_from(["", FRR, VRP, COMWARE, "csv"])
)
def test_any_text_is_read_or_refused(tmp_path: Path, text: list[str], kind: str) -> None:
    """Broken configurations and tables never fall over, and every place is inside the file."""
    path = tmp_path / "x"
    path.write_text("\n".join(text), encoding="utf-8")
    try:
        document = read_file(path, kind)
    except InputError:
        return
    for one in (*document.uses, *document.unread):
        place = one.place.removeprefix("x")
        assert not place or 1 <= int(place.removeprefix(":")) <= len(text)


@given(st.text(max_size=300))
def test_detect_never_fails(text: str) -> None:
    """Any text has a kind or none."""
    assert detect("a", text) in (FRR, VRP, COMWARE, "netbox-json", "csv", "")
