"""The extractor reads templates out of source, and the catalogue is what the source says today."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiyue.i18n import template
from jiyue.i18n_extract import LOCALE, as_mo, as_po, catalogue, collect, load, missing

ROOT = Path(__file__).resolve().parents[3]
SOURCE = '''
"""A module."""
from inventory.errors import InputError, JiyueError

AGAIN = "propose it again"
SHAPES = {"a": ("a list", "write a list: [..]")}

class LostError(JiyueError):
    """One of the tree."""

def _fix(known):
    return f"use one of {', '.join(known)}" if known else "remove it"

def refuse_all(site, names, kind, count):
    cause = f"site {site.name!r} has {count} end{'' if count == 1 else 's'} for {kind}"
    if names:
        cause += " in all"
    what, fix = SHAPES[kind]
    problems = []
    problems.append(f"nobody answers at {site.address:>10}")
    if site:
        raise LostError(f"site {site.name}", cause, _fix(names))
    raise InputError("x", "; ".join(problems), AGAIN) from None

def place(zone):
    raise InputError("zones", f"missing {{id: {zone}}}", "say " + zone.name)
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one module that speaks, and the real error tree."""
    for name in ("inventory", "ipv6", "infra", "jiyue", "lab"):
        (tmp_path / name).mkdir()
    errors = (ROOT / "inventory/errors.py").read_text(encoding="utf-8")
    (tmp_path / "inventory/errors.py").write_text(errors, encoding="utf-8")
    (tmp_path / "ipv6/speaks.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "jiyue/shown.py").write_text('x = _("every engine "\n      "is ready")\n', encoding="utf-8")
    return tmp_path


def test_templates(root: Path) -> None:
    """Errors anywhere in the tree, texts of variables, helpers, constants, lists and additions."""
    found = {text for text, paths in collect(root).items() if paths & {"ipv6/speaks.py", "jiyue/shown.py"}}
    assert found == {
        "site {site} has {count} end{s} for {kind}",
        " in all",
        "use one of {known}",
        "remove it",
        "nobody answers at {address}",
        "propose it again",
        "missing {{id: {zone}}}",
        "say {zone}",
        "every engine is ready",
    }


def test_what_left_the_source_is_kept_as_obsolete(root: Path) -> None:
    """Nothing is dropped silently; asked for, it is."""
    first = catalogue(root, None)
    message = first.get("propose it again")
    assert message is not None
    message.string = "重新提出"
    (root / "ipv6/speaks.py").write_text(SOURCE.replace("propose it again", "propose anew"), encoding="utf-8")
    second = catalogue(root, load(as_po(first)))
    assert "propose it again" in second.obsolete
    assert b'#~ msgid "propose it again"' in as_po(second)
    assert b"propose it again" not in as_po(second, drop_obsolete=True)
    (root / "ipv6/speaks.py").write_text(SOURCE, encoding="utf-8")
    back = catalogue(root, load(as_po(second))).get("propose it again")
    assert back is not None
    assert back.string == "重新提出"


def test_the_catalogue_is_fresh() -> None:
    """`python -m jiyue.i18n_extract` would change nothing, and the compiled form is that of the text."""
    po = (LOCALE / "jiyue.po").read_bytes()
    assert as_po(catalogue(ROOT, load(po))).decode() == po.decode()
    assert (LOCALE / "jiyue.mo").read_bytes() == as_mo(po)


def test_everything_is_translated() -> None:
    """Chinese is the first language: no text of ours is without it."""
    assert missing(load((LOCALE / "jiyue.po").read_bytes())) == []


def test_translations_use_the_placeholders_of_their_ids() -> None:
    """No value is lost or invented; only the English plural `{s}` has no counterpart."""
    wrong = []
    for entry in load((LOCALE / "jiyue.po").read_bytes()):
        shape = template(str(entry.id)) if entry.id else None
        if shape is None:
            continue
        said = template(str(entry.string))
        used = set(said[1]) if said else set()
        wanted = set(shape[1])
        if used - wanted or (wanted - used) - {"s", "slots"}:
            wrong.append((entry.id, entry.string))
    assert wrong == []
