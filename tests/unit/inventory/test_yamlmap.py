"""The strict YAML reader: what it gives, where it says things stand, what it refuses."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.yamlmap import MAX_DEPTH, Flaw, parse


def test_scalars_follow_the_core_schema() -> None:
    """Quoted digits stay text; only plain whole numbers, true, false and null are more than text."""
    text = 'a: "430000"\nb: 430000\nc: true\nd: yes\ne: ~\nf:\ng: 0123\nh: 2019-03-12\ni: 1.5\nj: -3\nk: 0x1F\n'
    text += "l: 12:30:45\n"
    expected = {
        "a": "430000",
        "b": 430000,
        "c": True,
        "d": "yes",
        "e": None,
        "f": None,
        "g": "0123",
        "h": "2019-03-12",
        "i": "1.5",
        "j": -3,
        "k": "0x1F",
        "l": "12:30:45",
    }
    mapped = parse(text)
    assert mapped.value == expected
    assert type(mapped.value["c"]) is bool  # type: ignore[index]
    assert mapped.flaws == []


def test_lines_of_keys_and_items() -> None:
    """A key's line is its own, an item's that of its first character; unknown paths fall back to their parent."""
    mapped = parse("# comment\na:\n  - x: 1\n    y: 2\n  - {z: 3,\n     w: 4}\n")
    assert mapped.line(("a",)) == 2
    assert mapped.line(("a", 0)) == 3
    assert mapped.line(("a", 0, "y")) == 4
    assert mapped.line(("a", 1, "w")) == 6
    assert mapped.line(("a", 1, "missing")) == 5
    assert mapped.line(("nothing",)) == 2


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "key 'a' appears twice, first on line 1"),
        ("a: &x 1\n", 1, "an anchor is not allowed"),
        ("a: [1]\nb: *x\n", 2, "an alias is not allowed"),
        ("a: !!int 1\n", 1, "a tag is not allowed"),
        ("a: !mine {b: 1}\n", 1, "a tag is not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "a second document starts here"),
        ("? [a]\n: 1\n", 1, "a key is not a plain word"),
        ('a: "x\\u0000y"\n', 1, "a text holds a control character or a line break"),
        ('a: "\\u202Ex"\n', 1, "a text holds a control character or a line break"),
        ("a: |\n  two\n  lines\n", 1, "a text holds a control character or a line break"),
        ("a: 1\nb: \x07\n", 2, "not valid YAML: it holds a control character"),
        ("a: " + "[" * 40 + "]" * 40, 1, f"nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_refusals(text: str, line: int, cause: str) -> None:
    """Each abuse is one flaw on its line."""
    flaws = parse(text).flaws
    assert [(flaw.line, flaw.cause) for flaw in flaws] == [(line, cause)]
    assert flaws[0].fix


def test_all_duplicate_keys_are_told() -> None:
    """Reading goes on after a duplicate."""
    assert [flaw.line for flaw in parse("a: 1\na: 2\nb: {c: 1, c: 2}\n").flaws] == [2, 3]


def test_merge_key_is_only_a_word() -> None:
    """`<<` merges nothing; the model will call it an unknown key."""
    assert parse("<<: {a: 1}\n").value == {"<<": {"a": 1}}


def test_many_aliases_give_one_flaw() -> None:
    """A bomb costs one line, not thousands."""
    flaws = parse("a: [" + ", ".join(["*x"] * 5000) + "]\n").flaws
    assert flaws == [Flaw(1, "an alias is not allowed", "write the value out")]


_PLAIN = st.recursive(
    st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=8)
    | st.integers(-99, 99)
    | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef", min_size=1, max_size=4), inner),
    max_leaves=20,
)


@given(_PLAIN)
def test_reads_back_what_a_writer_wrote(value: object) -> None:
    """Plain data survives a round trip through another library's writer (up to the depth limit)."""
    mapped = parse(yaml.safe_dump(value, allow_unicode=True))
    if not any("deeper" in flaw.cause for flaw in mapped.flaws):
        assert mapped.value == value


@given(st.text(max_size=200))
@example("\ud7ff\ufffe")
@example("%YAML 9.9\n---\na")
@example("%TAG ! a\n--- !x")
@example("{" * 500)
def test_never_raises(text: str) -> None:
    """Any text gives a value or flaws."""
    assert parse(text) is not None
