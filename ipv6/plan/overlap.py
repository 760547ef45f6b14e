"""Which of many prefixes lie inside which: read at once, sorted once, swept once; plain integers, no objects.

A prefix is packed as `first << 8 | length`. Packed values sort by address, the shorter prefix first, so everything
inside a prefix follows it directly. Reading is fast because real lists repeat: `3fff:10:121:ab00::/56` is cut into
`3fff:10:121`, `ab00` and `/56`, and each part is read once; what does not fit that shape goes to `ipaddress`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.errors import InputError, JiyueError, Problems
from ipv6.plan.prefix import BITS, Prefix, parse

LENGTH_BITS = 8
_LENGTH = (1 << LENGTH_BITS) - 1
_SPAN = tuple((1 << (BITS - length)) - 1 << LENGTH_BITS | _LENGTH for length in range(BITS + 1))
"""By prefix length: what to set in a packed prefix to get a value not below any packed prefix inside it."""
_LENGTHS = {str(length): length for length in range(BITS + 1)}
_WORST = 1 << (BITS + LENGTH_BITS)


def pack(prefix: Prefix) -> int:
    """The prefix as one integer that sorts like it."""
    return prefix.first << LENGTH_BITS | prefix.length


def unpack(packed: int) -> Prefix:
    """The way back."""
    return Prefix(packed >> LENGTH_BITS, packed & _LENGTH)


def parse_many(texts: Sequence[str], places: Sequence[str] | None = None) -> list[int]:
    """Packed prefixes of `address/length` texts, in their order; Problems with every text that is none.

    `places` names the place of each text for the messages; without it they are numbered from 1.
    """
    stems, found, errors = _Stems(), list[int](), list[JiyueError]()
    add = found.append
    for text in texts:
        head, _, rest = text.rpartition("::")
        stem, _, group = head.rpartition(":")
        try:
            base, tails = stems[stem]
            add(base | tails[rest][group])
        except _UnusualError:
            at = len(found)
            try:
                add(_unusual(text, places[at] if places else f"prefix {at + 1}"))
            except InputError as error:
                errors.append(error)
                add(0)
    if errors:
        raise Problems(errors)
    return found


def nesting(packed: Iterable[int]) -> tuple[list[int], list[int]]:
    """The prefixes sorted, and beside each the smallest other one that contains it, -1 for none.

    Equal prefixes stand side by side with the same container. A prefix overlaps another one exactly when one of them
    is met by going from container to container from the other: prefixes cannot overlap in any other way.
    """
    ordered, found = sorted(packed), list[int]()
    add, spans = found.append, _SPAN
    # `outer` is the container of the prefix before, `around` holds what is further out: pushed only when needed.
    outer, outer_end, around = -1, _WORST, list[tuple[int, int]]()
    before, before_length = -1, BITS
    for one in ordered:
        length = one & _LENGTH
        if length <= before_length or one > before | spans[before_length]:
            while one > outer_end:
                outer_end, outer = around.pop()
        else:
            around.append((outer_end, outer))
            outer_end, outer = before | spans[before_length], before
        add(outer)
        before, before_length = one, length
    return ordered, found


def overlaps(packed: Sequence[int]) -> list[tuple[int, int]]:
    """Positions (inside, outside) of every prefix that lies in another one, next to its smallest container.

    Of equal prefixes every later one lies in the first. Sorted by position.
    """
    first: dict[int, int] = {}
    pairs = [(at, first[one]) for at, one in enumerate(packed) if first.setdefault(one, at) != at]
    pairs += [(first[one], first[outer]) for one, outer in zip(*nesting(first), strict=True) if outer >= 0]
    return sorted(pairs)


def widest(packed: Iterable[int]) -> list[int]:
    """The prefixes that lie in no other one, sorted, each once: together they cover the same addresses."""
    found, end = list[int](), -1
    for one in sorted(packed):
        if one > end:
            found.append(one)
            end = one | _SPAN[one & _LENGTH]
    return found


def _unusual(text: str, place: str) -> int:
    """What the common shape does not cover: all eight groups written out, and whatever `parse` makes of the rest."""
    try:
        return _full(text)
    except _UnusualError:
        return pack(parse(text, place))


class _UnusualError(Exception):
    """The text is not of the common shape, or is no prefix at all."""


class _Stems(dict[str, tuple[int, "_Rests"]]):
    """Leading groups, as in `3fff:10:121`: their packed address, and the reader of what follows so many groups."""

    def __init__(self) -> None:
        self._rests = [_Rests(groups) for groups in range(8)]

    def __missing__(self, stem: str) -> tuple[int, _Rests]:
        groups = stem.split(":")
        # An empty stem may be a colon in front; seven groups and one more leave the `::` nothing to stand for.
        if not stem or len(groups) > 6:
            raise _UnusualError
        found = _number(groups) << (BITS - 16 * len(groups)) << LENGTH_BITS, self._rests[len(groups)]
        self[stem] = found
        return found


class _Rests(dict[str, "_Groups"]):
    """Everything from the `::` on, as in `/56` or `2/127`."""

    def __init__(self, before: int) -> None:
        self._before = before

    def __missing__(self, rest: str) -> _Groups:
        tail, _, length = rest.partition("/")
        if length not in _LENGTHS or (tail and self._before == 6):
            raise _UnusualError
        found = self[rest] = _Groups(self._before, _number([tail]) if tail else 0, _LENGTHS[length])
        return found


class _Groups(dict[str, int]):
    """The group before the `::`; its value together with what follows, host bits refused."""

    def __init__(self, before: int, tail: int, length: int) -> None:
        self._before, self._tail, self._length = before, tail, length

    def __missing__(self, group: str) -> int:
        # Bits of the stem beyond the length would be host bits: `parse` says so. An empty group is `::` in front.
        if self._length < 16 * self._before or not group:
            raise _UnusualError
        first = _number([group]) << (BITS - 16 * self._before - 16) | self._tail
        if first & (_SPAN[self._length] >> LENGTH_BITS):
            raise _UnusualError
        found = self[group] = first << LENGTH_BITS | self._length
        return found


def _number(groups: list[str]) -> int:
    """Hexadecimal groups as one number; only digits count, though `int` would take signs, blanks and underscores."""
    digits = "".join([group.zfill(4) for group in groups])
    # Filled up, no group is shorter than four: the sum tells whether one is longer.
    if "" in groups or len(digits) != 4 * len(groups) or not digits.isascii() or not digits.isalnum():
        raise _UnusualError
    try:
        return int.from_bytes(bytes.fromhex(digits))
    except ValueError:
        raise _UnusualError from None


def _full(text: str) -> int:
    """A prefix whose address has all eight groups, packed."""
    address, _, length = text.partition("/")
    groups = address.split(":")
    if len(groups) != 8 or length not in _LENGTHS:
        raise _UnusualError
    first = _number(groups)
    if first & (_SPAN[_LENGTHS[length]] >> LENGTH_BITS):
        raise _UnusualError
    return first << LENGTH_BITS | _LENGTHS[length]
