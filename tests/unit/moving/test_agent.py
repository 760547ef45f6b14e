"""The hosts' side on folders of its own: what is read, kept, laid out, put back, and what is not."""

from __future__ import annotations

import hashlib
import io
import os
import struct
from pathlib import Path

import pytest

from jiyue.moving import compare
from jiyue.moving.agent import blobs, mend, serve, tree, web


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def site(folder: Path) -> Path:
    root = folder / "site"
    (root / "a").mkdir(parents=True)
    (root / "index.html").write_bytes(b'<a href="a/x.html">x</a><img src=\'/p.svg\'><a href="https://b.cn/">b</a>')
    (root / "a" / "x.html").write_bytes(
        b'<a href="../">home</a><a href="//t.gov.cn/q?x=1">q</a><a href="http://[">bad</a>'
    )
    return root


def brought(root: Path, library: Path) -> list[tuple[str, int, str]]:
    files = [(path, size, hash) for path, size, hash, _ in tree.scan(str(root))["files"]]
    stream = io.BytesIO()
    blobs.send(str(root), [path for path, _, _ in files], stream)
    stream.seek(0)
    library.mkdir(exist_ok=True)
    assert blobs.receive(str(library), files, stream)["changed"] == []
    return files


def test_content_goes_through_the_library_into_a_folder(tmp_path: Path) -> None:
    root, library = site(tmp_path), tmp_path / "library"
    files = brought(root, library)
    records = [(path, hash) for path, _, hash in files]
    link = tmp_path / "sites" / "t"
    found = blobs.lay_out(str(library), records, str(tmp_path / "releases"), "one", str(link))
    assert Path(found["root"]) == link.resolve()
    assert [one[:3] for one in tree.scan(found["root"])["files"]] == files
    bad = blobs.lay_out(str(library), [*records, ("new.html", "0" * 64)], str(tmp_path / "releases"), "two", str(link))
    assert bad == {"refused": [["new.html", "it is not in the library"]]}
    assert link.resolve().name == "one" and [one.name for one in (tmp_path / "releases").iterdir()] == ["one"]


def test_a_file_that_changed_on_the_way_is_named_and_not_kept(tmp_path: Path) -> None:
    root, library = site(tmp_path), tmp_path / "library"
    library.mkdir()
    good = digest((root / "index.html").read_bytes())
    stream = io.BytesIO()
    blobs.send(str(root), ["index.html", "gone.html", "a/x.html"], stream)
    stream.seek(0)
    wanted = [("index.html", 1, good), ("gone.html", 1, "1" * 64), ("a/x.html", 1, "2" * 64)]
    assert blobs.receive(str(library), wanted, stream) == {"stored": 1, "changed": ["gone.html", "a/x.html"]}
    assert [path.name for path in library.rglob("*") if path.is_file()] == [good]


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    stream = io.BytesIO(struct.pack(">Q", 3) + b"abc" + struct.pack(">Q", 9) + b"abc")
    with pytest.raises(OSError, match="stopped sending"):
        blobs.receive(str(library), [("a", 3, digest(b"abc")), ("b", 9, "1" * 64)], stream)
    assert [path for path in library.rglob("*") if path.is_file()] == []


def test_no_way_leads_out_of_the_folder(tmp_path: Path) -> None:
    root = site(tmp_path)
    (root / "out").symlink_to("/etc")
    top = os.open(root, tree.DIRECTORY)
    for path in ("out/passwd", "../secret", "a/../../secret"):
        with pytest.raises(OSError, match=r"."):
            tree.open_below(top, path)
    os.close(top)
    stream = io.BytesIO()
    blobs.send(str(root), ["out/passwd"], stream)
    assert stream.getvalue() == struct.pack(">Q", blobs.GONE)
    (path, why, raw) = tree.scan(str(root))["refused"][0]
    assert (path, why, bytes.fromhex(raw)) == ("out", "it is a link to '/etc'", b"out")


def test_a_defaced_site_is_put_back_and_the_evidence_kept(tmp_path: Path) -> None:
    root, library = site(tmp_path), tmp_path / "library"
    files = brought(root, library)
    (root / "index.html").write_bytes(b"owned")
    (root / "a" / "x.html").unlink()
    (root / "a" / "x.html").symlink_to("/etc/shadow")
    seen = compare.look(tree.scan(str(root)))
    want = {path: hash for path, _, hash in files}
    wanted = [(path, hash) for path, hash in want.items() if seen.hashes.get(path) != hash]
    foreign = [raw for _, _, raw in seen.refused]
    done = mend.mend(str(library), str(root), wanted, foreign)
    assert done["failed"] == [] and done["kept"] == 2
    assert {path: hash for path, _, hash, _ in tree.scan(str(root))["files"]} == want
    assert (Path(done["evidence"]) / digest(b"owned")).read_bytes() == b"owned"
    blob = library / "blobs" / want["index.html"][:2] / want["index.html"]
    blob.write_bytes(b"damaged")
    failed = mend.mend(str(library), str(root), [("index.html", want["index.html"])], [])["failed"]
    assert failed == [["index.html", "the library's own copy is damaged"]]


def test_internal_links_are_found_and_others_left(tmp_path: Path) -> None:
    found = web.links(str(site(tmp_path)), "t.gov.cn", ["index.html", "a/x.html"])
    assert found == ["/", "/a/x.html", "/p.svg", "/q"]


def test_a_servers_block_is_read_as_nginx_reads_it() -> None:
    text = """# configuration file /etc/nginx/nginx.conf:
http { # server { server_name no.cn; }
  server { listen 80; server_name a.cn "b.cn"; location / { root /no; } root '/srv/a'; }
# configuration file /etc/nginx/sites/b.conf:
server { listen [::]:443 ssl; server_name c.cn; root /srv/c; }
"""
    found = [(file, [inner[0] for inner in block]) for _, block, file in serve._servers(text)]
    assert found == [
        (
            "/etc/nginx/nginx.conf",
            [["listen", "80"], ["server_name", "a.cn", "b.cn"], ["location", "/"], ["root", "/srv/a"]],
        ),
        ("/etc/nginx/sites/b.conf", [["listen", "[::]:443", "ssl"], ["server_name", "c.cn"], ["root", "/srv/c"]]),
    ]  # fmt: skip
