"""When a result that was green has become bad: one bad turn is a suspicion, n of m a regression, n good ones recovery.

The rules of `standing`, turn by turn: each change is told once, however long it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ipv6.verify.model import CheckResult
from ipv6.verify.standing import FAIL, KEPT, PASS, UNKNOWN, key, word

Kind: TypeAlias = Literal["suspect", "cleared", "regression", "failing", "recovered", "unmeasured"]
"""`failing` was never seen green; `cleared` was a suspicion and no more; `unmeasured` is dark for n of m turns."""
ALERTS: tuple[Kind, ...] = ("regression", "recovered", "unmeasured")
"""What somebody has to be told."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one result's state in the newest turn."""

    kind: Kind
    platform: str
    subject: str
    check: str
    owner: str
    reasons: tuple[str, ...]

    def data(self) -> dict[str, object]:
        """JSON-able form."""
        return {
            "kind": self.kind, "platform": self.platform, "subject": self.subject, "check": self.check,
            "owner": self.owner, "reasons": list(self.reasons),
        }  # fmt: skip


@dataclass(slots=True)
class _Track:
    words: list[str] = field(default_factory=list)
    state: Literal["green", "suspect", "red"] = "green"
    dark: bool = False

    def turn(self, now: str, need: int, runs: int) -> Kind | None:
        """What the newest word (see `standing`) changes."""
        self.words = [now, *self.words][:KEPT]
        if now == UNKNOWN:
            lit, self.dark = not self.dark, self.words[:runs].count(UNKNOWN) >= need
            return "unmeasured" if self.dark and lit else None
        self.dark = False
        measured = [one for one in self.words if one != UNKNOWN]
        if now == FAIL:
            was, bad = self.state, measured[:runs].count(FAIL) >= need
            if was == "red":
                return None
            self.state = "red" if bad else "suspect"
            if bad:
                return "regression" if PASS in measured else "failing"
            return "suspect" if was == "green" else None
        if self.state == "red":
            if FAIL in measured[:need] or len(measured) < need:
                return None
            self.state = "green"
            return "recovered"
        was, self.state = self.state, "green"
        return "cleared" if was == "suspect" else None


class Machine:
    """The state of every result; `need` of the last `runs` measured turns decide."""

    def __init__(self, need: int, runs: int) -> None:
        self._need, self._runs = need, runs
        self._tracks: dict[str, _Track] = {}

    def recall(self, history: Sequence[Mapping[str, str]]) -> None:
        """Begin with earlier turns, newest first (`standing.remembered`); nothing of them is told again."""
        for run in reversed(history):
            for name, said in run.items():
                self._tracks.setdefault(name, _Track()).turn(said, self._need, self._runs)

    def turn(self, results: Iterable[CheckResult]) -> tuple[Event, ...]:
        """What this turn changes, in the order of the results; what is no longer measured at all is forgotten."""
        found, held = [], {}
        for one in results:
            track = held[key(one)] = self._tracks.get(key(one)) or _Track()
            kind = track.turn(word(one), self._need, self._runs)
            if kind:
                found.append(Event(kind, one.platform, one.subject, one.check, one.owner, one.reasons))
        self._tracks = held
        return tuple(found)

    def count(self, state: Literal["green", "suspect", "red", "dark"]) -> int:
        """How many results are in a state; a dark one is counted as what it was last, too."""
        if state == "dark":
            return sum(track.dark for track in self._tracks.values())
        return sum(track.state == state for track in self._tracks.values())
