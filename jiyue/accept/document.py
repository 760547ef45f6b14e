"""The acceptance report (验收报告) and its sheet as one document of the scheme's blocks, so for Word and Excel."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jiyue.accept.clauses import coverage
from jiyue.accept.result import SHARED, AcceptResult, Case
from jiyue.i18n import _, language, translate
from jiyue.scheme import terms
from jiyue.scheme.blocks import Document, Table
from jiyue.scheme.pen import Pen

MOST = 60
"""Lines of a table on paper; the sheet has them all."""


def document(
    result: AcceptResult, plan: Mapping[str, Any], digests: Mapping[str, str], kind: str, at: str, author: str
) -> Document:
    """The report of one acceptance in the language in force.

    `plan` is what was expected, `digests` what is applied by platform, `kind` of environment `lab` or `field`, `at`
    when it was accepted (ISO 8601, UTC), `author` who ran it. The digest on every page is that of the verdicts.
    """
    titles = {one["name"]: one["title"] for one in plan["platforms"]}
    digest = hashlib.sha256(result.verdicts()).hexdigest()
    clauses = coverage([asdict(one) for one in result.requirements])
    pen = Pen()
    _conclusion(pen, result, titles)
    _requirements(pen, result)
    _coverage(pen, clauses)
    _red(pen, result, titles)
    _scope(pen, plan)
    _evidence(pen, result, digest)
    _signatures(pen)
    cover = (
        (_("Environment"), str(plan["environment"])),
        (_("Accepted on"), terms.day(at)),
        (_("Run by"), author),
        (_("Conclusion"), _word("pass" if result.ok else "fail")),
        (_("Digest of the verdicts"), digest),
    )
    return Document(
        language=language(),
        title=_("Acceptance report: IPv6 and consolidated platforms"),
        digest=digest,
        digest_label=_("Digest of the verdicts"),
        mark=_("lab: documentation prefixes, nothing here is a real address") if kind == "lab" else "",
        cover=cover,
        chapters=tuple(pen.chapters),
        annex=(_summary(cover, digests), *_annex(result, plan, titles), _clauses(clauses)),
    )


def _word(verdict: str) -> str:
    return {"pass": _("accepted"), "fail": _("not accepted"), "unknown": _("not measured"),
            "gap": _("no test"), "people": _("by people")}[verdict]  # fmt: skip


def _conclusion(pen: Pen, result: AcceptResult, titles: Mapping[str, str]) -> None:
    accepted = sum(one.verdict == "pass" for one in result.platforms)
    words = _(
        "{accepted} of {total} platforms are accepted. {passed} of {tests} tests passed, {unknown} measured nothing."
    )
    counts = {
        "accepted": accepted,
        "total": len(result.platforms),
        "passed": sum(case.verdict == "pass" for case in result.cases),
        "tests": len(result.cases),
        "unknown": sum(case.verdict == "unknown" for case in result.cases),
    }
    pen.text(words.format(**counts))
    pen.note(_("What was not measured is not passed; a requirement without a test is a gap and not passed either."))
    head = (_("Platform"), _("Conclusion"), _("Passed"), _("Failed"), _("Not measured"), _("Deferred"))
    rows = (
        (titles[one.name], _word(one.verdict), str(one.passed), str(one.failed), str(one.unknown), str(one.deferred))
        for one in result.platforms
    )
    pen.table("accept-platforms", _("Platforms"), head, rows)
    pen.chapter("conclusion", _("Conclusion"))


def _requirements(pen: Pen, result: AcceptResult) -> None:
    pen.text(_("Each requirement with its clause, the tests that speak about it and what they say."))
    head = (_("Requirement"), _("Clause"), _("Tests"), _("Verdict"))
    rows = (
        (one.title if language() == "zh" else one.title_en, one.clause, str(one.tests), _word(one.verdict))
        for one in result.requirements
    )
    pen.table("accept-requirements", _("Requirements"), head, rows)
    pen.chapter("requirements", _("Requirements and verdicts"))


def _coverage(pen: Pen, clauses: Sequence[Mapping[str, Any]]) -> None:
    words = [one["word"] for one in clauses]
    text = _("{total} clauses: {tested} have tests, {people} are for people to look at, {gaps} have no test at all.")
    gaps, people = words.count("gap"), words.count("people")
    pen.text(text.format(total=len(words), tested=len(words) - gaps - people, people=people, gaps=gaps))
    pen.note(_("A clause without a test is not passed; who accepts decides about it. All clauses stand in the sheet."))
    zh = language() == "zh"
    missing = tuple((one["id"], one["title" if zh else "title_en"]) for one in clauses if one["word"] == "gap")
    pen.table("accept-gaps", _("Clauses without a test"), (_("Clause"), _("What it asks")), missing)
    judged = tuple(
        (one["id"], one["title" if zh else "title_en"], one["why" if zh else "why_en"])
        for one in clauses
        if one["word"] == "people"
    )
    head = (_("Clause"), _("What it asks"), _("Remark"))
    pen.table("accept-people", _("Clauses for people to look at"), head, judged)
    pen.chapter("coverage", _("Which clauses have a test"))


def _clauses(clauses: Sequence[Mapping[str, Any]]) -> Table:
    """Every clause with its requirements and what they say."""
    kinds = {"notice": _("notice"), "mlps": _("MLPS level 3"), "indicator": _("indicator")}
    return Table(
        "annex-accept-clauses",
        _("Clauses"),
        (_("Clause"), _("Kind of clause"), _("What it asks"), _("Requirements"), _("Tests"), _("Verdict"), _("Remark")),
        tuple(
            (one["id"], kinds[one["kind"]], one["title"] if language() == "zh" else one["title_en"],
             ", ".join(one["requirements"]), str(one["tests"]), _word(one["word"]),
             one["why"] if language() == "zh" else one["why_en"])
            for one in clauses
        ),
    )  # fmt: skip


def _red(pen: Pen, result: AcceptResult, titles: Mapping[str, str]) -> None:
    red = [case for case in result.cases if case.verdict != "pass"]
    if not red:
        pen.text(_("Nothing is red."))
    else:
        words = _("{count} tests did not pass; the first {shown} stand here, all of them in the sheet.")
        pen.text(words.format(count=len(red), shown=min(MOST, len(red))))
        rows = ((_of(case, titles), case.name, translate(case.reason)) for case in red[:MOST])
        pen.table("accept-red", _("What did not pass"), (_("Platform"), _("Test"), _("Reason")), rows)
    pen.chapter("red", _("What did not pass"))


def _scope(pen: Pen, plan: Mapping[str, Any]) -> None:
    deferred = list(_deferred(plan))
    words = _("{count} devices are planned and rendered but not in this environment; they are not accepted.")
    pen.text(words.format(count=len(deferred)))
    head = (_("Device"), _("Role"), _("Region"), _("Reason"))
    pen.table("accept-deferred", _("Deferred devices"), head, deferred[:MOST])
    pen.chapter("scope", _("Scope and what is deferred"))


def _evidence(pen: Pen, result: AcceptResult, digest: str) -> None:
    answers = {name for case in result.cases for name in case.evidence}
    words = _("The verdicts rest on {count} raw answers, each stored under its SHA-256 in the evidence bundle.")
    pen.text(words.format(count=len(answers)))
    pen.listing(_("How to compute every verdict again, offline"), "jiyue accept replay acceptance.zip")
    pen.text(_("The digest of the verdicts is {digest}.").format(digest=digest))
    pen.chapter("evidence", _("Evidence"))


def _signatures(pen: Pen) -> None:
    head = (_("Unit"), _("Name"), _("Seal"), _("Date"))
    units = (_("Unit that builds"), _("Unit that operates"), _("Unit that reviews"), _("Unit that accepts"))
    pen.table("sign", _("Signatures"), head, tuple((unit, "", "", "") for unit in units))
    pen.chapter("signatures", _("Signatures"))


def _of(case: Case, titles: Mapping[str, str]) -> str:
    return _("shared part") if case.platform == SHARED else titles.get(case.platform, case.platform)


def _deferred(plan: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    for platform in plan["platforms"]:
        for one in platform["deferred"]:
            yield one["name"], one["role"], str(one["region"]), translate(one["reason"])


def _summary(cover: tuple[tuple[str, str], ...], digests: Mapping[str, str]) -> Table:
    applied = tuple((f"{_('Applied change set')} {name}", digest) for name, digest in sorted(digests.items()))
    return Table("annex-summary", _("Summary"), (_("Item"), _("Value")), (*cover, *applied))


def _annex(result: AcceptResult, plan: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[Table, ...]:
    return (
        Table(
            "annex-accept-platforms",
            _("Platforms"),
            (_("Platform"), _("Conclusion"), _("Passed"), _("Failed"), _("Not measured"), _("Deferred"), _("Reasons")),
            tuple(
                (titles[one.name], _word(one.verdict), str(one.passed), str(one.failed), str(one.unknown),
                 str(one.deferred), "; ".join(translate(reason) for reason in one.reasons))
                for one in result.platforms
            ),
        ),
        Table(
            "annex-accept-requirements",
            _("Requirements"),
            (_("Id"), _("Clause"), _("Requirement"), _("Tests"), _("Not passed"), _("Verdict")),
            tuple(
                (one.id, one.clause, one.title if language() == "zh" else one.title_en, str(one.tests),
                 str(one.failed), _word(one.verdict))
                for one in result.requirements
            ),
        ),
        Table(
            "annex-accept-cases",
            _("Tests"),
            (_("Platform"), _("Test"), _("Requirement"), _("Verdict"), _("Measured"), _("Reason"), _("Evidence")),
            tuple(
                (_of(case, titles), case.name, ", ".join(case.requirements), _word(case.verdict),
                 "; ".join(case.measured), translate(case.reason), ", ".join(name[:16] for name in case.evidence))
                for case in result.cases
            ),
        ),
        Table(
            "annex-accept-deferred",
            _("Deferred devices"),
            (_("Device"), _("Role"), _("Region"), _("Reason")),
            tuple(_deferred(plan)),
        ),
    )  # fmt: skip
