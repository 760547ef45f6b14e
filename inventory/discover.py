"""What the modules of a package declare: a new check, rule or measure is a new module, nothing to register."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, TypeVar


class Named(Protocol):
    """What is found by its id."""

    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=Named)


def instances(package: str, kind: type[N]) -> tuple[N, ...]:
    """Every value of that kind in the package's modules, by id; modules whose names begin with `_` declare none.

    ValueError when two of them share an id.
    """
    found: dict[str, N] = {}
    for module in sorted(one.name for one in iter_modules(import_module(package).__path__)):
        if module.startswith("_"):
            continue
        for value in vars(import_module(f"{package}.{module}")).values():
            if isinstance(value, kind) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"two {kind.__name__.lower()}s are called {value.id}")
    return tuple(found[id] for id in sorted(found))
