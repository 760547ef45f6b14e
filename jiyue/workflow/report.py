"""The report from what the store holds: the page, its JSON, and the run that it is remembered as."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from inventory.errors import NothingChecked
from ipv6.verify.build import site_subjects
from ipv6.verify.score.doctor import Diagnosis
from jiyue.accept.clauses import coverage
from jiyue.i18n import language
from jiyue.moving.model import KIND
from jiyue.report import build as write_page
from jiyue.report.compare import compare
from jiyue.report.model import Page
from jiyue.report.page import page as laid_out
from jiyue.workflow import entries, pods, report_runs
from jiyue.workflow.score import doctor
from jiyue.workflow.services import Services, utc_now
from jiyue.workflow.status import platform_rows


def build(services: Services) -> Path:
    """Remember this run, write `var/report/index.html` and `report.json`, and give the page's path."""
    return write_page(services.space.root, current(services), language())


def remember(services: Services) -> None:
    """Keep what is known now as a run, unless it says the same as the newest one."""
    report_runs.remember(services, _state(services))


def current(services: Services) -> Page:
    """The report as of now, with the runs before it; it is remembered where it differs from the newest of them."""
    now = _state(services)
    runs = report_runs.remember(services, now)
    before = runs[-2] if len(runs) > 1 else None
    return replace(
        now,
        runs=tuple(run.row for run in runs),
        since=compare(before, runs[-1]).rows() if before else None,
    )


def _state(services: Services) -> Page:
    store = services.store
    claims = services.prefixes
    accept = store.results("accept").get("latest")
    data = {
        "generated": utc_now(),
        "platforms": platform_rows(services),
        "verify": store.results("verify"),
        "stack": store.results("stack"),
        "accept": accept,
        "moves": store.results(KIND),
        "pods": [name for name, found in store.results(pods.KIND).items() if found],
        "edges": [name for name, found in store.results(entries.KIND).items() if found.get("standin")],
        "clauses": coverage((accept or {}).get("requirements", ())),
        "assessments": {name: asdict(one) for name, one in store.assessments().items()},
        "addresses6": {one.name: one.address6 for one in site_subjects(services.inventory, claims)},
    }
    return laid_out(services.inventory, data, _diagnosis(services))


def _diagnosis(services: Services) -> Diagnosis | None:
    try:
        return doctor(services, ())
    except NothingChecked:
        return None
