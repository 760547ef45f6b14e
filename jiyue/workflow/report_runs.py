"""The runs that the store keeps, and what else can stand for a run: a report's JSON, an acceptance, a bundle."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from inventory.errors import InputError, JiyueError, Problems
from jiyue.accept import bundle
from jiyue.accept.result import SCHEMA as ACCEPTANCE
from jiyue.accept.result import VERDICTS_SCHEMA
from jiyue.report import export
from jiyue.report.compare import Comparison, compare
from jiyue.report.model import Page
from jiyue.report.runs import KEPT, SCHEMA, Run, of_cases, of_page
from jiyue.workflow.accept_papers import trusted
from jiyue.workflow.services import Services

KIND = "report-run"
"""Kind of the store's results that hold the runs, by their time."""
LARGEST = 256 << 20
"""Bytes of a file that may stand for a run."""
FIX = "name a run (see `jiyue report runs`), or a report.json, result.json, verdicts.json or bundle"


def kept(services: Services) -> list[Run]:
    """Every run that is kept, oldest first; what is no run of this version is left out."""
    found = []
    for _, data in sorted(services.store.results(KIND).items()):
        try:
            found.append(Run.read(data))
        except (KeyError, TypeError, ValueError):
            continue
    return found


def remember(services: Services, page: Page) -> list[Run]:
    """The runs with this one as the newest; the same verdicts and figures as before are the same run."""
    runs, now = kept(services), of_page(page)
    if runs and runs[-1].content == now.content:
        return runs
    services.store.put_result(KIND, now.at, now.data())
    runs = [*(run for run in runs if run.at != now.at), now]
    services.store.forget_results(KIND, [run.at for run in runs[:-KEPT]])
    return runs[-KEPT:]


def compared(services: Services, old: str, new: str, public: Path | None) -> Comparison:
    """Two runs by time (its beginning is enough), `latest`, `previous` or file; Problems for what is none of them."""
    found: list[Run] = []
    problems: list[JiyueError] = []
    for name in (old, new):
        try:
            found.append(_find(services, name, public))
        except JiyueError as error:
            problems.append(error)
    if problems:
        raise Problems(problems)
    return compare(*found)


def _find(services: Services, name: str, public: Path | None) -> Run:
    path = Path(name).expanduser()
    if path.is_file():
        return _file(services, path, public)
    runs = kept(services)
    if name in ("latest", "previous"):
        place = -1 if name == "latest" else -2
        if len(runs) < -place:
            raise InputError(name, f"{len(runs)} runs are kept", "run: jiyue report build, after each change")
        return runs[place]
    found = [run for run in runs if name and run.at.startswith(name)]
    if len(found) != 1:
        cause = "no run or file is called so" if not found else f"{len(found)} runs begin so"
        raise InputError(name[:80] or "run", cause, FIX)
    return found[0]


def _file(services: Services, path: Path, public: Path | None) -> Run:
    if zipfile.is_zipfile(path):
        opened = bundle.read(path, trusted(services, public))
        return of_cases(str(opened.manifest.get("made", path.name)), json.loads(opened.verdicts)["cases"])
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(str(path), "it is larger than a report ever is", FIX)
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), f"it cannot be read: {error.strerror}", FIX) from error
    except ValueError as error:
        raise InputError(str(path), "it is no JSON", FIX) from error
    return of_json(data, path.name)


def of_json(data: Any, place: str) -> Run:
    """The run that a document stands for; InputError for every other document."""
    kind = data.get("schema") if isinstance(data, dict) else None
    if kind == export.SCHEMA:
        return of_page(export.read(data, place))
    try:
        if kind == SCHEMA:
            return Run.read(data)
        if kind in (ACCEPTANCE, VERDICTS_SCHEMA):
            return of_cases(place, data["cases"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(place, f"it is damaged: {str(error)[:120]}", FIX) from error
    raise InputError(place, f"its schema {str(kind)[:60]!r} is none that can be compared", FIX)
