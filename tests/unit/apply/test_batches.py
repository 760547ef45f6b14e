"""Which devices go together: one of each role first, far before near, pairs apart, a region's share at most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipv6.apply.batches import Member, apart, batches
from ipv6.change.order import rank

CITY = [("site-a", "site-host"), ("zone-a", "zone-host"), ("fw-a", "firewall"), ("pe-a", "pe")]


def members(*names: tuple[str, str], region: str = "1") -> list[Member]:
    """Devices of the platform that the letter behind the hyphen names."""
    return [Member(name, name.rpartition("-")[2], role, region) for name, role in names]


def cut(found: list[Member], share: int = 100, twins: dict[str, frozenset[str]] | None = None) -> list[str]:
    """The batches as text."""
    held = {region: sum(one.region == region for one in found) for region in {one.region for one in found}}
    return [" ".join(one.device for one in batch) for batch in batches(found, share, rank, twins or {}, held)]


CASES = [
    ("one city is one slice", members(*CITY), 100, {}, ["site-a zone-a fw-a pe-a"]),
    ("half of a region", members(*CITY), 50, {}, ["site-a zone-a", "fw-a pe-a"]),
    ("never less than one", members(*CITY), 1, {}, ["site-a", "zone-a", "fw-a", "pe-a"]),
    (
        "one of each role, then the rest",
        members(*CITY, ("site-b", "site-host"), ("fw-b", "firewall"), ("pe-b", "pe")),
        100, {}, ["site-a zone-a fw-a pe-a", "site-b fw-b pe-b"],
    ),
    (
        "the pilot is whoever has most roles",
        members(("site-b", "site-host"), *CITY), 100, {}, ["site-a zone-a fw-a pe-a", "site-b"],
    ),
    (
        "name servers are a pair",
        members(("ns1-s", "dns"), ("ns2-s", "dns"), ("core-s", "core")),
        100, {"ns1-s": frozenset({"ns2-s"}), "ns2-s": frozenset({"ns1-s"})}, ["ns1-s core-s", "ns2-s"],
    ),
    ("nothing to do", [], 100, {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "found", "share", "twins", "wanted"), CASES, ids=[case[0] for case in CASES])
def test_batches(
    name: str, found: list[Member], share: int, twins: dict[str, frozenset[str]], wanted: list[str]
) -> None:
    assert cut(found, share, twins) == wanted


DEVICES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["site-host", "firewall", "pe", "dns"])), max_size=14
)


@given(DEVICES, st.integers(1, 100))
def test_whatever_the_province_looks_like(drawn: list[tuple[str, str]], share: int) -> None:
    """Everybody once; far before near within a batch; no pair together; no region beyond its share."""
    found = [Member(f"d{n}-{one}", one, role, one) for n, (one, role) in enumerate(drawn)]
    twins = {one.device: frozenset({other.device}) for one, other in zip(found[::2], found[1::2], strict=False)}
    twins |= {next(iter(others)): frozenset({name}) for name, others in list(twins.items())}
    held = {region: sum(one.region == region for one in found) for region in "abc"}
    planned = batches(found, share, rank, twins, held)
    assert sorted(one.device for batch in planned for one in batch) == sorted(one.device for one in found)
    for batch in planned:
        names = {one.device for one in batch}
        assert [rank(one.role) for one in batch] == sorted(rank(one.role) for one in batch)
        assert not any(twins.get(name, frozenset()) & names for name in names)
        for region in "abc":
            assert sum(one.region == region for one in batch) <= max(1, held[region] * share // 100)
    assert all(not twins.get(one, frozenset()) & set(group) for group in apart(list(twins), twins) for one in group)
