"""From a JUnit record to verdicts: nothing but a passed test is green."""

from __future__ import annotations

import pytest

from jiyue.accept.requirements import REQUIREMENTS
from jiyue.accept.result import conclude, read_cases


def case(name: str, platform: str, requirement: str, inner: str = "", **properties: str) -> str:
    listed = {"requirement": requirement, "platform": platform, **properties}
    values = "".join(f'<property name="{key}" value="{value}"/>' for key, value in listed.items())
    return f'<testcase name="{name}" time="0.1"><properties>{values}</properties>{inner}</testcase>'


def suite(*cases: str) -> str:
    return f'<?xml version="1.0"?><testsuites><testsuite name="pytest">{"".join(cases)}</testsuite></testsuites>'


FAIL = '<failure message="AssertionError: pe-a BGP neighbour 3fff::1: Active&#10;assert False">trace</failure>'
SILENT = '<failure message="Failed: not measured: pe-a: unreachable over SSH"/>'
GREEN = [case(f"t{i}", "changsha", one.id) for i, one in enumerate(REQUIREMENTS)]


def test_all_green_is_accepted() -> None:
    result = conclude(read_cases(suite(*GREEN, case("core", "shared", "scope"))), {"changsha": 9})
    assert result.ok
    one = result.of("changsha")
    assert (one.verdict, one.passed, one.failed, one.unknown, one.deferred) == ("pass", len(GREEN) + 1, 0, 0, 9)
    assert one.reasons == ()


@pytest.mark.parametrize(
    ("inner", "properties", "verdict", "says"),
    [
        (FAIL, {}, "fail", "pe-a BGP neighbour 3fff::1: Active"),
        (SILENT, {"verdict": "unknown"}, "unknown", "not measured: pe-a: unreachable over SSH"),
        ('<skipped message="no lab"/>', {}, "unknown", "no lab"),
        ('<error message="fixture broke"/>', {}, "unknown", "fixture broke"),
        ("<skipped/>", {}, "unknown", "skipped"),
    ],
)
def test_anything_else_is_not_green(inner: str, properties: dict[str, str], verdict: str, says: str) -> None:
    red = case("bgp", "changsha", "extranet-routing", inner, **properties)
    result = conclude(read_cases(suite(*GREEN, red)), {"changsha": 0})
    assert not result.ok
    assert result.of("changsha").verdict == verdict
    assert result.of("changsha").reasons == (f"bgp: {says}",)
    (coverage,) = [one for one in result.requirements if one.id == "extranet-routing"]
    assert (coverage.verdict, coverage.tests, coverage.failed) == (verdict, 2, 1)


def test_a_broken_core_accepts_nobody() -> None:
    red = case("core", "shared", "extranet-addresses", FAIL)
    result = conclude(read_cases(suite(*GREEN, red)), {"changsha": 0})
    assert result.of("changsha").verdict == "fail"


def test_a_platform_without_a_test_is_not_green() -> None:
    result = conclude(read_cases(suite(*GREEN)), {"changsha": 0, "zhuzhou": 0})
    assert result.of("changsha").verdict == "pass"
    assert (result.of("zhuzhou").verdict, result.of("zhuzhou").reasons) == ("unknown", ("nothing was checked",))
    assert not result.ok


def test_a_requirement_without_a_test_is_a_gap() -> None:
    result = conclude(read_cases(suite(*GREEN[1:])), {"changsha": 0})
    assert result.of("changsha").verdict == "unknown" and not result.ok
    assert result.of("changsha").reasons == (f"{REQUIREMENTS[0].id}: no test spoke about it",)
    assert [one.id for one in result.requirements if one.verdict != "pass"] == [REQUIREMENTS[0].id]


def test_equal_reasons_are_told_once() -> None:
    red = [case(f"f{n}", "changsha", "functions", SILENT, verdict="unknown") for n in range(16)]
    reason, *gaps = conclude(read_cases(suite(*red)), {"changsha": 0}).of("changsha").reasons
    assert len(gaps) == len(REQUIREMENTS) - 1
    assert reason == "f0: not measured: pe-a: unreachable over SSH (and 15 more)"


def test_nothing_at_all_is_not_green() -> None:
    assert not conclude(read_cases(suite()), {}).ok
    assert read_cases(suite()) == ()


def test_a_torn_record_is_refused() -> None:
    with pytest.raises(ValueError, match="not a JUnit document"):
        read_cases("<testsuites><testcase")
