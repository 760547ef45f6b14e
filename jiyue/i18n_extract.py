"""`python -m jiyue.i18n_extract`: bring the catalogue up to date with the source; `--check` only says whether it is.

Message ids are the `_("...")` of the command layer and of page templates, and every English text that ends up in an
error, a reason or a finding anywhere in our packages, as templates (`jiyue.i18n_texts`). Nothing is dropped silently:
ids no longer in the source stay in the file as obsolete until `--drop-obsolete` is asked for.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from jiyue.i18n import template
from jiyue.i18n_click import CLICK_MESSAGES
from jiyue.i18n_index import PACKAGES, Index, Module, argument_names, callee, read
from jiyue.i18n_pieces import Pieces, message, speaks
from jiyue.i18n_texts import Reader, argument

LOCALE = Path(__file__).with_name("locale") / "zh" / "LC_MESSAGES"
FIELDS = (
    "cause",
    "fix",
    "reason",
    "reasons",
    "why",
    "evidence",
    "notes",
    "keep",
    "problem",
    "warnings",
    "trouble",
    "deferred",
    "passes",
)
"""A class's fields, and the arguments of calls, that hold text for people."""
CALLS = {
    "now": (0,),
    "note": (0,),
    "step": (1,),
    "progress": (0, 1, 2, 3),
    "say": (0, 1),
    "refuse": (0, 1),
    "fail": (0,),
    "reverted": (1,),
    "verb": (2,),
    "_": (0,),
}
"""Callables that show text to people, by the positions of the texts."""
SPEAKING = ("inventory.explain", "inventory.source", "inventory.desk", "inventory.yamlmap",
            "ipv6.plan.explain", "ipv6.plan.naming", "ipv6.plan.legible", "ipv6.plan.compact",
            "ipv6.plan.fields", "ipv6.plan.local", "ipv6.plan.usage", "ipv6.plan.fits", "ipv6.plan.whatif",
            "ipv6.plan.place", "ipv6.verify.ipv4_state", "jiyue.probe.sampler", "jiyue.probe.prober",
            "ipv6.drift.compare", "ipv6.change.records", "ipv6.change.limits", "jiyue.dns.health",
            "ipv6.apply.devices", "ipv6.apply.evidence", "ipv6.apply.flow", "ipv6.apply.control", "ipv6.apply.revert",
            "ipv6.apply.window", "jiyue.propose", "jiyue.moving.flow", "jiyue.register.form", "jiyue.register.model",
            "jiyue.register.rules", "jiyue.sites.hardening.agent.act", "jiyue.sites.hardening.agent.services",
            "jiyue.sites.hardening.agent.files", "jiyue.sites.hardening.agent.main")  # fmt: skip
"""Modules whose every sentence is for people, but travels in tuples."""
WORDS = {
    "jiyue.status": ("inventoried", "planned", "proposed", "submitted", "approved", "rejected", "assessed", "applied",
                     "verified", "accepted"),
    "jiyue.stack": ("absent", "up", "unchanged", "created", "updated", "deleted", "destroyed", "drifted", "failed",
                    "previewed", "deferred", "skipped"),
    "jiyue.engine": ("ready", "missing", "damaged", "installed", "download", "build"),
    "jiyue.lab": ("down", "starting", "running", "failed", "injecting", "active", "clearing", "cleared",
                  "gone with its lab"),
    "jiyue.verify": ("pass", "fail", "unknown", "passed", "not ready", "pending", "suspect", "regression", "unmeasured",
                     "delegation", "record", "route", "filter", "service", "page", "performance", "dns", "network",
                     "platform", "allowed", "forbidden", "destination unreachable", "packet too big", "time exceeded",
                     "parameter problem", "router solicitation", "router advertisement", "router renumbering",
                     "neighbour solicitation", "neighbour advertisement", "guarded", "loop", "no neighbour"),
    "jiyue.site": ("high", "medium", "low", "note", "portal", "department", "county", "hardened",
                   "undone"),
    "ipv6.agent": ("applying", "committed", "confirming", "confirmed", "undoing", "rolled-back", "failed", "started",
                   "observed", "reverted", "withdrawn", "unreachable", "refused"),
    "ipv6.apply": ("partly-applied", "stopped", "running", "paused", "soaking", "ended", "real", "lab", "stand-in"),
    "jiyue.probe": ("timeout", "refused", "reset", "unreachable", "error", "open", "answer", "reply", "broken", "bad",
                    "no-address", "{state} after {ms} ms", "{state} after {ms} ms ({error})", "{state} ({error})"),
    "the machine": ("No such file or directory", "Permission denied", "Read-only file system", "Is a directory",
                    "No space left on device", "Not a directory", "Operation not permitted", "Connection refused",
                    "Address already in use", "{value} has host bits set", "certificate: {reason}",
                    "Hostname mismatch", "certificate has expired", "self-signed certificate",
                    "unable to get local issuer certificate"),
    "ipv6.plan": ("allocated", "reserved", "overflow", "fixed", "free", "regions", "cities", "counties", "links",
                  "organisations", "public", "private", "internet"),
    "ipv6.change": ("site", "zone", "link", "services", "edge", "loopback", "port"),
    "ipv6.brownfield": ("dual", "ipv4-only", "ipv6-only", "unseen", "organisation", "system", "mgmt"),
    "ipv6.change.moved": ("input {name} is {now}, approved with {approved}",
                          "claim {name} is {now}, approved as {approved}", "{name} is {now}, approved for {approved}",
                          "not in the ledger", "gone", "nothing"),
    "jiyue.review": ("active", "retired", "revoked", "engineer", "reviewer", "signed with the lab's own key",
                     "emergency approval, to be reviewed afterwards"),
    "jiyue.drift": ("same", "drift", "unknown"),
    "jiyue.dns": ("missing", "changed", "ttl", "foreign", "waiting"),
    "jiyue.moving": ("gate", "copy", "library", "serve", "verify", "lower", "switch", "compare", "confirm"),
    "jiyue.output": ("; ",),
}  # fmt: skip
"""Words of a state that are shown translated, by where they come from."""
VERDICTS = "tests/acceptance/"
"""Here what an assertion says is the reason of a verdict."""
MIN_LETTERS = 3
NOT_TEXT = re.compile(
    r"^(write memory|ip ospf |show running-config|nft -f - .*|writable:.*|seal|prefix |shared\{\w+\})$|\{\}"
)
"""Commands and keys that look like text, and templates of `str.format` that are found again with names."""


def collect(root: Path) -> dict[str, set[str]]:
    """Every message id of the source below `root`, with the modules (paths) it stands in."""
    index = read(root)
    found: dict[str, set[str]] = {}
    for module, pieces in texts(index):
        text = message(pieces).strip("\n")
        if speaks(pieces) and not NOT_TEXT.search(text) and sum(map(str.isalpha, text)) >= MIN_LETTERS:
            found.setdefault(text, set()).add(module.path)
    for path in sorted(page for package in PACKAGES for page in (root / package).rglob("*.j2")):
        if '_("' in path.read_text(encoding="utf-8"):
            for _line, said, _comments, _context in extract_from_file("jinja2.ext:babel_extract", path):
                found.setdefault(str(said), set()).add(path.relative_to(root).as_posix())
    for place, words in WORDS.items():
        for word in words:
            found.setdefault(word, set()).add(place)
    for text in CLICK_MESSAGES:
        found.setdefault(text, set()).add("click")
    return found


def texts(index: Index) -> Iterator[tuple[Module, Pieces]]:
    """Every text for people in the source; a nested one only when it is more than one word."""
    reader = Reader(index)
    for module in index.modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                for expression in _shown(index, module, node):
                    yield from ((module, pieces) for pieces in reader.texts(module, expression))
            elif isinstance(node, ast.Assert) and node.msg is not None and module.path.startswith(VERDICTS):
                yield from ((module, pieces) for pieces in reader.texts(module, node.msg))
            elif module.name in SPEAKING and not _is_quiet(module, node):
                yield from ((module, pieces) for pieces in reader.texts(module, node) if _sentence(pieces))
    yield from ((module, pieces) for module, pieces in reader.nested if _sentence(pieces))


def _shown(index: Index, module: Module, call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that people will read."""
    name = callee(call).rpartition(".")[2]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in FIELDS)
    if name == "Field":
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "description")
    if name in CALLS:
        yield from (call.args[position] for position in CALLS[name] if position < len(call.args))
    found = index.resolve(module, callee(call)) or (
        (module, module.names[name]) if name in module.names and callee(call) == name else None
    )
    if found and isinstance(found[1], ast.ClassDef):
        names, is_error = argument_names(index, found[0], found[1])
        if names:
            for wanted in FIELDS:
                value = argument(call, wanted, names)
                if value is not None and all(keyword.value is not value for keyword in call.keywords):
                    yield value
        elif is_error and call.args:
            yield call.args[0]


def _sentence(pieces: Pieces) -> bool:
    fixed = [piece for piece in pieces if isinstance(piece, str)]
    return any(" " in piece for piece in fixed) and speaks(pieces)


def _is_quiet(module: Module, node: ast.AST) -> bool:
    """Only whole texts can be messages, and docstrings and patterns are none."""
    if not isinstance(node, (ast.Constant, ast.JoinedStr)):
        return True
    parent = module.parents.get(node)
    return isinstance(parent, (ast.Expr, ast.JoinedStr, ast.FormattedValue)) or (
        isinstance(parent, ast.Call) and callee(parent) == "re.compile"
    )


def catalogue(root: Path, old: Catalog | None) -> Catalog:
    """The catalogue of the source with the translations of `old`; ids that are gone become obsolete."""
    fresh = Catalog(locale="zh", domain="jiyue", header_comment="# 简体中文消息目录", fuzzy=False, charset="utf-8")
    found = collect(root)
    for text in sorted(found):
        kept = old.get(text) if old is not None else None
        gone = old.obsolete.get(text) if old is not None else None
        string = next((str(entry.string) for entry in (kept, gone) if entry is not None and entry.string), "")
        flags = ["python-brace-format"] if template(text) else []
        fresh.add(text, string, flags=flags)
    if old is not None:
        for entry in (*old.obsolete.values(), *old):
            if entry.id and entry.id not in found and entry.string:
                fresh.obsolete[str(entry.id)] = entry
    return fresh


def as_po(book: Catalog, drop_obsolete: bool = False) -> bytes:
    """The catalogue as a PO file: sorted, without dates and places, so equal texts give equal bytes."""
    out = BytesIO()
    write_po(out, book, width=110, sort_output=True, omit_header=True, no_location=True, ignore_obsolete=drop_obsolete)
    return HEADER.encode() + out.getvalue()


def as_mo(po: bytes) -> bytes:
    """The compiled form of a PO file; it carries no time, so equal texts give equal bytes."""
    out, book = BytesIO(), load(po)
    book.creation_date = book.revision_date = datetime.fromtimestamp(0, UTC)
    write_mo(out, book)
    return out.getvalue()


def load(po: bytes) -> Catalog:
    """Read a PO file."""
    return read_po(BytesIO(po), locale="zh", domain="jiyue", abort_invalid=True)


def missing(book: Catalog) -> list[str]:
    """Message ids without a translation."""
    return [str(entry.id) for entry in book if entry.id and not entry.string]


HEADER = """# 简体中文消息目录 (Simplified Chinese)
msgid ""
msgstr ""
"Project-Id-Version: jiyue\\n"
"Language: zh\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main(arguments: list[str] | None = None) -> int:
    """Write (or with `--check` compare) the catalogue; gives 0, or 1 when it is stale or something is untranslated."""
    parser = argparse.ArgumentParser(prog="python -m jiyue.i18n_extract", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale or untranslated")
    parser.add_argument("--drop-obsolete", action="store_true", help="forget ids that left the source")
    given = parser.parse_args(arguments)
    po_path, mo_path = LOCALE / "jiyue.po", LOCALE / "jiyue.mo"
    old = load(po_path.read_bytes()) if po_path.is_file() else None
    book = catalogue(Path(__file__).resolve().parents[1], old)
    po = as_po(book, given.drop_obsolete)
    stale = [
        path.name
        for path, data in ((po_path, po), (mo_path, as_mo(po)))
        if not path.is_file() or path.read_bytes() != data
    ]
    bare = missing(book)
    if not given.check:
        LOCALE.mkdir(parents=True, exist_ok=True)
        po_path.write_bytes(po)
        mo_path.write_bytes(as_mo(po))
    lines = [f"{len(book)} messages, {len(bare)} without a translation, {len(book.obsolete)} obsolete"]
    lines += [f"stale: {name}; run: python -m jiyue.i18n_extract" for name in stale if given.check]
    lines += [f"no translation: {text!r}" for text in bare]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if bare or (given.check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
