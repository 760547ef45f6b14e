"""The one error tree.

    JiyueError                 place: cause; fix          exit 70
      InputError (ValueError)  the caller's data is wrong exit 2
        Problems               several at once            exit 2
      GateError (PermissionError)   a gate refused        exit 3
      EnvironmentFailed (OSError)   unreachable, missing  exit 4
      NothingChecked           zero checks ran            exit 5

Every error names the place (file:line, host, address), the cause and the fix (design, section 5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

ORDER = (70, 4, 3, 2, 5, 1)
"""When several exit codes apply, the first of these wins (design, section 5)."""


def worst(codes: Collection[int | None]) -> int:
    """The exit code of a run in which several applied; 0 when none did."""
    return next((code for code in ORDER if code in codes), 0)


class JiyueError(Exception):
    """Base of all our errors; `str()` gives the one line a person reads: `place: cause; fix`."""

    exit_code = 70

    def __init__(self, place: str, cause: str, fix: str = "") -> None:
        super().__init__(place, cause, fix)
        self.place = place
        self.cause = cause
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.place}: {self.cause}" + (f"; {self.fix}" if self.fix else "")

    def as_dict(self) -> dict[str, str]:
        """The error as data, for `--json`."""
        return {"place": self.place, "cause": self.cause, "fix": self.fix}

    @property
    def lines(self) -> tuple[JiyueError, ...]:
        """The single errors inside this one (itself, unless it is a collection)."""
        return (self,)


class InputError(JiyueError, ValueError):
    """The caller's data is wrong (exit code 2)."""

    exit_code = 2


class Problems(InputError):
    """Several input errors found in one pass; never empty, kept in the order of their places."""

    def __init__(self, problems: Iterable[JiyueError]) -> None:
        self._problems = tuple(problems)
        if not self._problems:
            raise ValueError("Problems needs at least one problem")
        first = self._problems[0]
        super().__init__(first.place, first.cause, first.fix)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self._problems)

    @property
    def lines(self) -> tuple[JiyueError, ...]:
        """Every problem, one by one."""
        return self._problems


class GateError(JiyueError, PermissionError):
    """A gate refused to go on (exit code 3); gates fail closed."""

    exit_code = 3


class EnvironmentFailed(JiyueError, OSError):
    """Something outside is missing or unreachable (exit code 4)."""

    exit_code = 4


class NothingChecked(JiyueError):
    """Zero checks ran, which is never success (exit code 5)."""

    exit_code = 5
