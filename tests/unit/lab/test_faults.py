"""What needs no host: names, parameters, the record, and the schedule of a slow line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import EnvironmentFailed, InputError
from lab.faults import record
from lab.faults.forwarder import ETHERNET, Schedule
from lab.faults.record import Injected
from lab.faults.registry import host_of, kinds, params_of, parse

HOSTS = ("fw-changsha", "pe-changsha", "vantage-v6", "ns1")


def test_every_kind_says_what_it_does_and_how_it_is_undone() -> None:
    assert len(kinds()) >= 11
    for name, kind in kinds().items():
        assert name == kind.name and kind.notes and kind.fix
        assert params_of(kind, {}) == kind.params()


@pytest.mark.parametrize(("word", "host"), [("changsha-fw", "fw-changsha"), ("fw-changsha", "fw-changsha"),
                                            ("v6-vantage", "vantage-v6"), ("ns1", "ns1")])  # fmt: skip
def test_a_host_is_known_by_either_order_of_its_name(word: str, host: str) -> None:
    assert host_of(word, HOSTS) == host


def test_an_unknown_host_is_named_with_those_that_are_near() -> None:
    with pytest.raises(InputError, match="no such host; use one of fw-changsha, pe-changsha"):
        host_of("rr-changsha", HOSTS)


def test_wrong_parameters_are_told_all_at_once() -> None:
    wanted = parse("wrong-acl@ns1,port=0,family=5,sport=1")
    with pytest.raises(InputError) as caught:
        params_of(wanted.kind, wanted.words)
    assert len(caught.value.lines) == 3


def test_what_is_recorded_can_be_asked_for_again(tmp_path: Path) -> None:
    one = Injected("f1", "link-cut", "ns1", {"interface": "eth0", "how": "silent"}, 7, "lab", "active", "now")
    record.put(tmp_path, one)
    assert record.read(tmp_path) == (one,)
    again = parse(one.text)
    assert (again.kind.name, again.host, again.words, again.seed) == ("link-cut", "ns1", one.params, 7)
    assert record.next_id(tmp_path) == "f2"
    assert (tmp_path / record.FILE).stat().st_mode & 0o777 == 0o600


def test_a_damaged_record_is_said(tmp_path: Path) -> None:
    (tmp_path / record.FILE).write_text("[{")
    with pytest.raises(EnvironmentFailed, match="cannot be read"):
        record.read(tmp_path)


@given(st.integers(0, 2**32), st.lists(st.integers(60, 1514), max_size=60))
def test_a_seed_gives_the_same_losses_and_delays(seed: int, sizes: list[int]) -> None:
    def play() -> list[float | None]:
        line = Schedule(seed, delay_ms=50, jitter_ms=10, loss=30, rate_kbit=1000, largest=1400)
        return [line.leaves(number * 0.01, size) for number, size in enumerate(sizes)]

    first = play()
    assert first == play()
    for number, (at, size) in enumerate(zip(first, sizes, strict=True)):
        assert at is None or at >= number * 0.01 + 0.05 + size * 8 / 1_000_000
        assert at is None or size - ETHERNET <= 1400


def test_a_rate_holds_frames_one_after_the_other() -> None:
    line = Schedule(1, delay_ms=0, jitter_ms=0, loss=0, rate_kbit=8, largest=0)
    assert [line.leaves(0.0, 1000) for _ in range(3)] == [1.0, 2.0, 3.0]
