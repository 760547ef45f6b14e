"""One registered website, and the file of all of them: a CSV with a fixed header, sorted, so that changes can be read.

Pure: texts in, values and problems out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date

from inventory.errors import InputError
from inventory.vocab import SiteKind

OPEN, CLOSED = "open", "closed"
CODE = re.compile(r"[0-9]{10}|bm[0-9]{8}")
"""The site code: the division's six digits and four of its own, or `bm` and eight digits for ministries."""
HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Registered:
    """A website as its sponsor registered it; `opened` is an ISO date or empty, `region` a division's code.

    `unit` is the sponsor (主办单位), `operator` who writes it (承办单位), `keeper` who runs the machine (运维单位).
    """

    code: str
    host: str
    title: str
    unit: str
    region: str
    kind: str
    operator: str = ""
    keeper: str = ""
    contact: str = ""
    phone: str = ""
    opened: str = ""
    state: str = OPEN

    @property
    def open(self) -> bool:
        """Whether it is still there to be moved."""
        return self.state == OPEN


COLUMNS = tuple(field.name for field in fields(Registered))
MISSING = {
    "code": "the site code is not given", "host": "the domain name is not given", "title": "the title is not given",
    "unit": "the sponsor is not given", "region": "the division is not given", "kind": "the kind is not given",
}  # fmt: skip
"""What is said of a field that has to be there and is not."""
NEEDED = tuple(MISSING)


def faults(one: Registered) -> Iterator[tuple[str, str, str]]:
    """(field, cause, fix) for every value that is none."""
    for name in NEEDED:
        if not getattr(one, name):
            yield name, MISSING[name], "fill it in"
    if one.code and not CODE.fullmatch(one.code):
        yield "code", f"{one.code!r} is no site code", "write ten digits, the division's six first"
    if one.host and (not HOST.fullmatch(one.host) or len(one.host) > 253):
        yield "host", f"{one.host[:80]!r} is no domain name", "write it like www.changsha.gov.cn"
    if one.kind and one.kind not in tuple(SiteKind):
        yield "kind", f"{one.kind[:40]!r} is no kind of site", f"write one of: {', '.join(SiteKind)}"
    if one.state not in (OPEN, CLOSED):
        yield "state", f"{one.state[:40]!r} is no state", f"write {OPEN} or {CLOSED}"
    if one.opened:
        try:
            date.fromisoformat(one.opened)
        except ValueError:
            yield "opened", f"{one.opened[:40]!r} is no day", "write it like 2019-04-01"
    for name in COLUMNS:
        value = str(getattr(one, name))
        if len(value) > LONGEST or not value.isprintable():
            yield name, f"{name} is longer than {LONGEST} characters or holds others than letters", "shorten it"


def text(sites: Iterable[Registered]) -> str:
    """The register's file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(one, name) for name in COLUMNS] for one in sorted(sites, key=lambda one: one.host))
    return out.getvalue()


def parse(content: str, place: str, problems: list[InputError]) -> tuple[Registered, ...]:
    """The register's file read again; what is wrong with it goes into `problems`, each with its line."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    found: list[Registered] = []
    try:
        head = next(reader, [])
        if tuple(head) != COLUMNS:
            problems.append(InputError(f"{place}:1", "the columns are others", f"write {','.join(COLUMNS)}"))
            return ()
        for row in reader:
            where = f"{place}:{reader.line_num}"
            if len(row) != len(COLUMNS):
                problems.append(InputError(where, f"{len(row)} values, {len(COLUMNS)} are needed", "import it again"))
                continue
            one = Registered(*row)
            wrong = [InputError(where, cause, fix) for _field, cause, fix in faults(one)]
            problems += wrong
            found += [] if wrong else [one]
    except csv.Error as error:
        problems.append(InputError(f"{place}:{reader.line_num}", f"is no CSV: {error}", "import it again"))
    return tuple(found)
