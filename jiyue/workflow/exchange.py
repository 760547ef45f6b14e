"""Brownfield in, anything out: imports into the store, pairs and gap from it, exports of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inventory.errors import InputError, JiyueError, NothingChecked, Problems
from ipv6.brownfield.changes import Changes, changes
from ipv6.brownfield.detect import FORMATS
from ipv6.brownfield.gap import Gap, gaps, inside, region_of
from ipv6.brownfield.model import Document, Unread, load_documents
from ipv6.brownfield.pairing import Pairing, pair
from ipv6.brownfield.planned import planned
from ipv6.brownfield.regions import Regions
from jiyue.exchange import ansible_out, json_out, netbox_out, xlsx_out, zones_out
from jiyue.exchange.export import FORMATS as EXPORTS
from jiyue.exchange.export import write
from jiyue.exchange.read import read_file
from jiyue.workflow.services import Services, utc_now

KIND = "brownfield"


@dataclass(frozen=True, slots=True)
class Imported:
    """One source as it is in the store now, and what changed against its last import."""

    document: Document
    changes: Changes
    again: bool


def import_files(
    services: Services,
    paths: Sequence[Path],
    wanted: str = "",
    region: str = "",
    name: str = "",
    partial: bool = False,
) -> list[Imported]:
    """Read every file, then keep them all; Problems with every place of every file that could not be read.

    Nothing is kept when anything could not be read, unless `partial`: then the unread places are kept beside the rest
    and stay in every report. A source replaces the one of the same name.
    """
    if wanted and wanted not in FORMATS:
        raise InputError("--format", f"{wanted!r} is no kind of file", f"choose one of {', '.join(FORMATS)}")
    if name and len(paths) != 1:
        raise InputError("--as", f"one name for {len(paths)} files", "import them one by one")
    code = region_of(services.inventory, region) if region else ""
    found: list[Document] = []
    problems: list[JiyueError] = []
    for path in paths:
        try:
            document = _with_regions(services, read_file(path, wanted, name, code))
        except InputError as error:
            problems += error.lines
            continue
        found.append(document)
        problems += [] if partial else [one.error() for one in document.errors]
    problems += _same_names(found)
    if problems:
        raise Problems(problems)
    before = {one.source: one for one in documents(services)}
    done = []
    for document in found:
        old = before.get(document.source)
        services.store.put_result(KIND, document.source, document.as_json())
        done.append(Imported(document, changes(old, document), old is not None))
    return done


def forget(services: Services, source: str) -> int:
    """Take a source out of the reports; gives how many uses it held. InputError when there is no such source."""
    known = {one.source: one for one in documents(services)}
    if source not in known:
        raise InputError(source, "is no imported source", f"choose one of {', '.join(known) or '-'}")
    services.store.put_result(KIND, source, None)
    return len(known[source].uses)


def documents(services: Services) -> tuple[Document, ...]:
    """Every source that was imported, by name."""
    stored = services.store.results(KIND)
    return load_documents({name: value for name, value in stored.items() if value is not None})


def pairing(services: Services, region: str = "") -> tuple[Pairing, tuple[Document, ...]]:
    """IPv4 and IPv6 side by side, of one region when it is named, with the sources it rests on."""
    found = documents(services)
    claims = services.prefixes
    every = pair(services.inventory, claims, found)
    if not region:
        return every, found
    inv = services.inventory
    code, regions = region_of(inv, region), Regions(inv)
    unseen = tuple(row for row in every.unseen if code in (row.region, regions.city(row.region)))
    conflicts = tuple(one for one in every.conflicts if code in (one.region, regions.city(one.region)))
    return Pairing(inside(inv, every.pairs, code), unseen, conflicts), found


def gap(services: Services, region: str = "") -> tuple[tuple[Gap, ...], Pairing, tuple[Document, ...]]:
    """The gap of every city, or of one region and its counties; NothingChecked when nothing was imported."""
    found, sources = pairing(services, region)
    if not sources:
        raise NothingChecked("ipv6 gap", "nothing has been imported", "run: jiyue ipv6 import FILE")
    code = region_of(services.inventory, region) if region else ""
    return gaps(services.inventory, found, code), found, sources


def export(services: Services, wanted: str, into: Path) -> dict[str, bool]:
    """Write the plan (and what was seen) into a folder; True for each file that changed.

    InputError for an unknown format, or before anything is planned.
    """
    if wanted not in EXPORTS:
        raise InputError("--format", f"{wanted!r} is not an export format", f"choose one of {', '.join(EXPORTS)}")
    inv = services.inventory
    claims = services.prefixes
    if not claims:
        raise InputError("ipv6 export", "the ledger is empty", "run: jiyue ipv6 plan")
    rows = planned(inv, claims)
    if wanted == "netbox-csv":
        return write(into, netbox_out.files(rows, claims))
    if wanted == "reverse-zones":
        serial = int(datetime.fromisoformat(utc_now()).timestamp())
        return write(into, zones_out.files(inv, rows, claims, serial))
    if wanted == "ansible":
        return write(into, ansible_out.files(inv, rows))
    seen = pair(inv, claims, sources) if (sources := documents(services)) else None
    if wanted == "json":
        return write(into, json_out.files(json_out.book(inv, rows, claims, seen)))
    return write(into, xlsx_out.files(inv, rows, seen))


def _with_regions(services: Services, document: Document) -> Document:
    """The document with a note for every region word that the province does not know."""
    regions = Regions(services.inventory)
    unknown: dict[str, str] = {}
    for use in document.uses:
        if use.region and not regions.code(use.region):
            unknown.setdefault(use.region, use.place)
    notes = [
        Unread(place=place, cause=f'"{word}" is no region of the province', fix="write its code or name", note=True)
        for word, place in unknown.items()
    ]
    return document.model_copy(update={"unread": (*document.unread, *notes[:100])})


def _same_names(found: Sequence[Document]) -> list[JiyueError]:
    names = [one.source for one in found]
    return [
        InputError(name, f"{names.count(name)} files have this name", "import them one by one with --as")
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
