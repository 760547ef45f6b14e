"""From the JUnit record to verdicts; pure. A skip, an error or nothing at all is never green."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jiyue.accept.requirements import REQUIREMENTS

SHARED = "shared"
_LISTS = ("requirements", "measured", "evidence")
SCHEMA = "jiyue/acceptance/1"
VERDICTS_SCHEMA = "jiyue/acceptance-verdicts/1"


@dataclass(frozen=True, slots=True)
class Case:
    """One test as it ran; `verdict` is pass, fail or unknown."""

    name: str
    platform: str
    requirements: tuple[str, ...]
    verdict: str
    reason: str
    measured: tuple[str, ...]
    evidence: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """One platform: accepted only when something ran and all of it passed. `deferred` devices are outside of it."""

    name: str
    verdict: str
    passed: int
    failed: int
    unknown: int
    deferred: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """One requirement with how many tests spoke about it; none at all is a gap, which is not green either."""

    id: str
    clause: str
    title: str
    title_en: str
    verdict: str
    tests: int
    failed: int


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """The whole run; `junit` and `record` are paths below the checkout."""

    platforms: tuple[PlatformResult, ...]
    requirements: tuple[Coverage, ...]
    cases: tuple[Case, ...]
    junit: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Every platform accepted and no requirement without a test."""
        verdicts = [*(one.verdict for one in self.platforms), *(one.verdict for one in self.requirements)]
        return bool(self.platforms) and all(verdict == "pass" for verdict in verdicts)

    def of(self, platform: str) -> PlatformResult:
        """One platform's result; KeyError when it was not part of the run."""
        found = {one.name: one for one in self.platforms}
        return found[platform]

    def data(self) -> dict[str, Any]:
        """JSON-able form with a versioned schema."""
        return {"schema": SCHEMA, "ok": self.ok, **asdict(self)}

    @staticmethod
    def read(data: Mapping[str, Any]) -> AcceptResult:
        """What `data` gave; KeyError or TypeError for anything else, ValueError for another schema."""
        if data["schema"] != SCHEMA:
            raise ValueError(f"schema {data['schema']!r}")
        return AcceptResult(
            tuple(PlatformResult(**{**one, "reasons": tuple(one["reasons"])}) for one in data["platforms"]),
            tuple(Coverage(**one) for one in data["requirements"]),
            tuple(Case(**{**one, **{key: tuple(one[key]) for key in _LISTS}}) for one in data["cases"]),
            data["junit"],
            data["seconds"],
        )

    def verdicts(self) -> bytes:
        """Every verdict with what it rests on and nothing that depends on when it was computed: equal bytes, equal
        acceptance."""
        cases = sorted(self.cases, key=lambda case: (case.platform, case.name))
        platforms = [asdict(one) for one in self.platforms]
        lines = [{key: value for key, value in asdict(case).items() if key != "seconds"} for case in cases]
        found = {"schema": VERDICTS_SCHEMA, "ok": self.ok, "platforms": platforms, "cases": lines}
        return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def read_cases(junit: str) -> tuple[Case, ...]:
    """Every test case of a JUnit document; raises ValueError when it is none."""
    try:
        root = ElementTree.fromstring(junit)
    except ElementTree.ParseError as error:
        raise ValueError(f"not a JUnit document: {error}") from error
    return tuple(_case(element) for element in root.iter("testcase"))


def _case(element: ElementTree.Element) -> Case:
    properties: dict[str, list[str]] = {}
    for one in element.iter("property"):
        properties.setdefault(str(one.get("name")), []).append(str(one.get("value", "")))
    verdict, reason = "pass", ""
    for tag, word in (("failure", "fail"), ("error", "unknown"), ("skipped", "unknown")):
        found = element.find(tag)
        if found is not None:
            verdict = "unknown" if "unknown" in properties.get("verdict", ()) else word
            reason = (found.get("message") or (found.text or "").strip() or tag).splitlines()[0][:400]
            break
    return Case(
        name=str(element.get("name")),
        platform=properties.get("platform", [SHARED])[0],
        requirements=tuple(properties.get("requirement", ())),
        verdict=verdict,
        reason=reason.removeprefix("AssertionError: ").removeprefix("Failed: "),
        measured=tuple(properties.get("measured", ())),
        evidence=tuple(dict.fromkeys(properties.get("evidence", ()))),
        seconds=float(element.get("time", "0")),
    )


def conclude(
    cases: Sequence[Case], platforms: Mapping[str, int], junit: str = "", seconds: float = 0.0
) -> AcceptResult:
    """Verdicts of the platforms (name to number of deferred devices) and of the requirements.

    What is shared counts for every platform: no city is accepted on a broken core.
    """
    shared = [case for case in cases if case.platform == SHARED]
    results = tuple(
        _platform(name, [case for case in cases if case.platform == name], shared, deferred)
        for name, deferred in platforms.items()
    )
    coverage = tuple(
        Coverage(
            one.id,
            one.clause,
            one.title,
            one.title_en,
            _verdict(mine),
            len(mine),
            sum(case.verdict != "pass" for case in mine),
        )
        for one in REQUIREMENTS
        for mine in ([case for case in cases if one.id in case.requirements],)
    )
    return AcceptResult(results, coverage, tuple(cases), junit, seconds)


def _platform(name: str, mine: Sequence[Case], shared: Sequence[Case], deferred: int) -> PlatformResult:
    every = (*mine, *shared)
    reasons = _reasons([case for case in every if case.verdict != "pass"])
    gaps = [one.id for one in REQUIREMENTS if not any(one.id in case.requirements for case in every)]
    verdict = _verdict(every) if mine else "unknown"
    if mine and gaps:
        verdict = "unknown" if verdict == "pass" else verdict
        reasons = (*reasons, *(f"{gap}: no test spoke about it" for gap in gaps))
    return PlatformResult(
        name,
        verdict,
        sum(case.verdict == "pass" for case in every),
        sum(case.verdict == "fail" for case in every),
        sum(case.verdict == "unknown" for case in every),
        deferred,
        reasons if mine else ("nothing was checked", *reasons),
    )


def _reasons(red: Sequence[Case]) -> tuple[str, ...]:
    """One line per distinct reason, naming the first test that gave it and how many more did."""
    by_reason: dict[str, list[str]] = {}
    for case in red:
        by_reason.setdefault(case.reason, []).append(case.name)
    return tuple(
        f"{names[0]}: {reason}" + (f" (and {len(names) - 1} more)" if len(names) > 1 else "")
        for reason, names in by_reason.items()
    )


def _verdict(cases: Sequence[Case]) -> str:
    verdicts = {case.verdict for case in cases}
    return "fail" if "fail" in verdicts else "unknown" if "unknown" in verdicts or not verdicts else "pass"
