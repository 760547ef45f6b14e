"""The regression machine, turn by turn: what is told, when, and how often."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipv6.verify.model import CheckResult, Fail, Pass, Unknown, Verdict
from ipv6.verify.regression import Event, Machine
from ipv6.verify.standing import remembered

WORDS: dict[str, Verdict] = {"p": Pass(), "f": Fail(("443 refused",)), "u": Unknown("the vantage is away")}


def result(letter: str, site: str = "www.a.cn", check: str = "tcp-ports") -> CheckResult:
    return CheckResult(check, "changsha", site, "network", "network", WORDS[letter])


def told(turns: str, need: int = 2, runs: int = 3) -> list[str]:
    """What each turn tells, `-` for nothing."""
    machine = Machine(need, runs)
    found = []
    for letter in turns:
        events = machine.turn([result(letter)])
        found.append(events[0].kind if events else "-")
    return found


@pytest.mark.parametrize(
    ("turns", "says"),
    [
        ("ppp", ["-", "-", "-"]),
        ("pf", ["-", "suspect"]),
        ("pfp", ["-", "suspect", "cleared"]),
        ("pff", ["-", "suspect", "regression"]),
        ("pfpf", ["-", "suspect", "cleared", "regression"]),  # two of the last three
        ("pfppf", ["-", "suspect", "cleared", "-", "suspect"]),
        ("pffff", ["-", "suspect", "regression", "-", "-"]),  # told once, however long it lasts
        ("pffp", ["-", "suspect", "regression", "-"]),  # one good turn is no recovery
        ("pffpp", ["-", "suspect", "regression", "-", "recovered"]),
        ("pffpfpp", ["-", "suspect", "regression", "-", "-", "-", "recovered"]),
        ("ff", ["suspect", "failing"]),  # never green: nothing was lost
        ("ffpp", ["suspect", "failing", "-", "recovered"]),
        ("ffppff", ["suspect", "failing", "-", "recovered", "suspect", "regression"]),
        ("puf", ["-", "-", "suspect"]),  # an unmeasured turn says neither
        ("pfuf", ["-", "suspect", "-", "regression"]),
        ("puuu", ["-", "-", "unmeasured", "-"]),
        ("puupuu", ["-", "-", "unmeasured", "-", "unmeasured", "-"]),
    ],
)
def test_what_each_turn_tells(turns: str, says: list[str]) -> None:
    assert told(turns) == says


def test_one_of_one_is_a_regression_at_once() -> None:
    assert told("pf", 1, 1) == ["-", "regression"]


def test_an_event_names_what_when_and_why() -> None:
    machine = Machine(1, 1)
    machine.turn([result("p")])
    (event,) = machine.turn([result("f")])
    assert event == Event("regression", "changsha", "www.a.cn", "tcp-ports", "network", ("443 refused",))
    assert event.data()["reasons"] == ["443 refused"]


def test_results_are_judged_apart_and_counted() -> None:
    machine = Machine(2, 3)
    for letters in ("pp", "fp", "fp"):
        events = machine.turn([result(letters[0]), result(letters[1], check="tls-valid")])
    assert [(one.kind, one.check) for one in events] == [("regression", "tcp-ports")]
    assert (machine.count("red"), machine.count("green"), machine.count("dark")) == (1, 1, 0)


def test_a_restarted_watch_remembers_and_tells_nothing_twice() -> None:
    history: list[dict[str, str]] = []
    for letter in "pff":
        history = remembered([result(letter)], history)
    machine = Machine(2, 3)
    machine.recall(history)
    assert machine.count("red") == 1
    assert machine.turn([result("f")]) == ()
    assert machine.turn([result("p")]) == ()
    assert machine.turn([result("p")])[0].kind == "recovered"


def test_what_left_the_inventory_is_forgotten() -> None:
    machine = Machine(2, 3)
    machine.turn([result("f"), result("f", "www.b.cn")])
    machine.turn([result("f", "www.b.cn")])
    assert machine.count("red") + machine.count("suspect") == 1


@given(st.text("pfu", max_size=40), st.integers(1, 4), st.integers(0, 3))
def test_alarms_and_recoveries_alternate(turns: str, need: int, more: int) -> None:
    """Never two regressions without a recovery between; a regression needs an earlier pass and a bad turn now."""
    said = told(turns, need, need + more)
    red = False
    for place, kind in enumerate(said):
        if kind in ("regression", "failing"):
            assert not red and turns[place] == "f"
            assert ("p" in turns[max(0, place - 9) : place]) == (kind == "regression")
            red = True
        elif kind == "recovered":
            assert red and turns[place] == "p"
            red = False


@given(st.text("p", min_size=1, max_size=20), st.integers(2, 4))
def test_a_single_bad_turn_alarms_nobody(good: str, need: int) -> None:
    assert not {"regression", "failing"} & set(told(good + "f" + good, need, need + 1))
