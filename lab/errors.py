"""Several failures of the environment in one error; the rest of the tree is `inventory.errors`."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.errors import EnvironmentFailed, JiyueError


class EnvironmentProblems(EnvironmentFailed):
    """More than one thing outside is missing or broken (exit code 4); never empty."""

    def __init__(self, found: Sequence[JiyueError]) -> None:
        self._found = tuple(found)
        if not self._found:
            raise ValueError("EnvironmentProblems needs at least one problem")
        super().__init__(found[0].place, found[0].cause, found[0].fix)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self._found)

    @property
    def lines(self) -> tuple[JiyueError, ...]:
        """Every problem, one by one."""
        return self._found


def failed(found: Sequence[EnvironmentFailed]) -> EnvironmentFailed:
    """One error for one or more failures."""
    return found[0] if len(found) == 1 else EnvironmentProblems(found)
