"""The device side's own `NamedTuple` is what `typing` gives, for every class of it that the agent has."""

from __future__ import annotations

import subprocess
import sys
import typing
from importlib import import_module
from pathlib import Path

import pytest

from ipv6.agent import shapes
from ipv6.apply.bundle import zipapp

USED = {
    "ipv6.agent.changes": ("Change",),
    "ipv6.agent.engine": ("Part",),
    "ipv6.agent.host": ("Done",),
    "ipv6.agent.ops": ("Answer",),
    "ipv6.drivers.knot.records": ("Record",),
    "ipv6.drivers.linux.text": ("Entry",),
}


class Ours(shapes.NamedTuple):
    """Has a default, a property and a method."""

    first: int
    second: str = "two"

    @property
    def both(self) -> str:
        """Joined."""
        return f"{self.first} {self.second}"


class Theirs(typing.NamedTuple):
    """Has a default, a property and a method."""

    first: int
    second: str = "two"

    @property
    def both(self) -> str:
        """Joined."""
        return f"{self.first} {self.second}"


def test_it_behaves_like_the_one_of_typing() -> None:
    assert tuple(Ours(1)) == tuple(Theirs(1)) == (1, "two")
    assert Ours(1)._replace(second="2") == Theirs(1, "2") and Ours(3).both == Theirs(3).both
    assert (Ours._fields, Ours._field_defaults) == (Theirs._fields, Theirs._field_defaults)
    assert "__orig_bases__" in vars(Theirs) and "__orig_bases__" not in vars(Ours)
    assert (Ours.__name__, Ours.__module__, Ours.__doc__) == ("Ours", __name__, Theirs.__doc__)
    with pytest.raises(AttributeError):
        Ours(1).first = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]


@pytest.mark.parametrize(("module", "names"), USED.items())
def test_what_the_device_has_is_made_of_it(module: str, names: tuple[str, ...]) -> None:
    for name in names:
        found = getattr(import_module(module), name)
        assert "__orig_bases__" not in vars(found)  # which `typing` would leave there
        assert issubclass(found, tuple) and found._make(range(len(found._fields)))._asdict().keys() == set(
            found._fields
        )


def test_the_agent_loads_neither_typing_nor_what_few_devices_need(tmp_path: Path) -> None:
    (tmp_path / "agent.pyz").write_bytes(zipapp())
    said = "import sys; sys.path.insert(0, sys.argv[1]); import ipv6.agent.main, ipv6.drivers.nginx.device; "
    argv = [sys.executable, "-I", "-S", "-c", said + "print(*sys.modules)", str(tmp_path / "agent.pyz")]
    loaded = subprocess.run(argv, capture_output=True, check=True, text=True).stdout.split()
    assert "ipv6.agent.engine" in loaded
    assert not {"typing", "subprocess", "tempfile", "hashlib", "ipv6.drivers.knot.records"} & set(loaded)
