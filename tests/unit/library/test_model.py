"""Records of the library: what comes in goes out the same, and no path leads out of a site."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiyue.library.model import Found, dump, load, take_in, unrecorded
from jiyue.library.paths import why_not

PARTS = st.text(st.characters(codec="utf-8", categories=("L", "N"), include_characters="-_ ."), min_size=1, max_size=20)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join).filter(lambda path: not why_not(path))
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.dictionaries(PATHS, DIGESTS, max_size=20))
def test_what_was_taken_in_is_given_back(files: dict[str, str]) -> None:
    records = take_in("a.gov.cn", "局", [Found(path, 1, digest) for path, digest in files.items()])
    assert load(json.loads(json.dumps(dump(records)))) == records
    assert {one.path: one.sha256 for one in records} == files
    assert unrecorded(records, files) == {}


def test_what_is_not_recorded_is_named_with_its_reason() -> None:
    records = take_in("a.gov.cn", "局", [Found("zwgk/a.html", 1, "a" * 64), Found("index.html", 1, "b" * 64)])
    assert [(one.path, one.category, one.media) for one in records] == [
        ("index.html", "home", "text/html"),
        ("zwgk/a.html", "zwgk", "text/html"),
    ]
    assert unrecorded(records, {"index.html": "c" * 64, "x.html": "d" * 64}) == {
        "index.html": "the library has it as bbbbbbbbbbbb, not as cccccccccccc",
        "x.html": "it is not in the library",
    }


@pytest.mark.parametrize(
    "path", ["../x", "/etc/shadow", "a/../b", "a//b", "", "a\nb", "a\x00b", "\udcff", "a\\b", "x" * 256, "a/."]
)
def test_hostile_paths_are_refused_everywhere(path: str) -> None:
    assert why_not(path)
    with pytest.raises(ValueError, match=r"."):
        take_in("a.gov.cn", "局", [Found(path, 1, "a" * 64)])
    data = dump(take_in("a.gov.cn", "局", [Found("a", 1, "a" * 64)]))
    row = list(data["rows"][0])
    row[1] = path
    with pytest.raises(ValueError, match=r"."):
        load({**data, "rows": [row]})
