"""The verify benchmarks in small: their fixtures come up, their ways agree, everything is measured and green."""

from __future__ import annotations

import pytest

from tests.bench import verify_web, verify_whole


def test_twenty_sites_are_fetched_alike_by_all_three() -> None:
    records = verify_web.measure(1, 20)
    assert [record.id for record in records] == ["web-httpx", "web-aiohttp"]
    assert all(record.our_value > 0 for record in records)


@pytest.mark.lab
def test_twenty_sites_are_verified_whole() -> None:
    """Names, pages, links, times and MTU, over SSH; `run` itself refuses anything red."""
    said = verify_whole.run(20)
    assert said["sites"] == 20 and said["checks"] >= 20 * 17
    assert said["mib"] > 0
