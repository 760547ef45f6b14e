"""`ipv6 drivers`: the same answers as a table and as data."""

from __future__ import annotations

import json

import pytest

from ipv6.drivers import registry
from ipv6.drivers.capability import FEATURES
from tests.unit.cli.calls import run


def test_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(["ipv6", "drivers", "--json"], monkeypatch)
    assert done.code == 0
    answer = json.loads(done.out)
    assert answer["schema"].startswith("jiyue/ipv6-drivers/")
    assert {row["driver"] for row in answer["drivers"]} == set(registry.names())
    assert all(row["reason"] for row in answer["drivers"] if row["answer"] != "yes")
    assert answer["held_back"] == {}
    limited = {row["driver"] for row in answer["drivers"] if (row["feature"], row["answer"]) == ("apply", "limited")}
    assert limited == {"huawei_vrp", "h3c_comware"}


def test_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(["ipv6", "drivers", "huawei_vrp", "--lang", "en"], monkeypatch)
    assert done.code == 0
    assert all(title in done.out for title in FEATURES.values())
    assert "commit trial" in done.out and "h3c_comware" not in done.out


def test_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(["ipv6", "drivers", "vrp9"], monkeypatch)
    assert (done.code, done.out) == (2, "")
    assert "h3c_comware, huawei_vrp" in done.err
