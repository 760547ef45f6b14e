"""`NamedTuple` and `Any` for the device side, where `typing` would take a tenth of the agent's start and its tuples
more."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:  # what a type checker reads
    from typing import Any, NamedTuple
else:
    Any = object

    class _Shape(type):
        """Makes a class with annotations into a tuple with these names."""

        def __new__(meta, name, bases, space):
            if not bases:
                return super().__new__(meta, name, bases, space)
            fields = tuple(space.pop("__annotations__", ()))
            defaults = [space.pop(field) for field in fields if field in space]
            made = namedtuple(name, fields, defaults=defaults, module=space.pop("__module__"))
            for word, value in space.items():
                if word not in ("__slots__", "__qualname__"):
                    setattr(made, word, value)
            return made

    class NamedTuple(metaclass=_Shape):
        """As in `typing`; a field with a default must not stand before one without."""


__all__ = ["Any", "NamedTuple"]
