"""The prober's lines as answers: bodies stay packed until somebody reads them, so that a province fits in memory."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ipv6.verify.model import Answer, Sample

MOST_BODY = 1_000_000
"""Bytes of an unpacked body: a hostile host must not fill our memory."""


class WithBody(Mapping[str, object]):
    """A sample with its body as `text`, unpacked when it is asked for."""

    __slots__ = ("_packed", "_sample")

    def __init__(self, sample: Mapping[str, object], packed: bytes) -> None:
        self._sample, self._packed = sample, packed

    def __getitem__(self, key: str) -> object:
        return _text(self._packed) if key == "text" else self._sample[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._sample
        yield "text"

    def __len__(self) -> int:
        return len(self._sample) + 1


class Reading:
    """Collects the lines of one call's jobs 0 to `count` - 1; whatever is none of the prober's lines is passed over."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._bodies: dict[str, bytes] = {}
        self._found: dict[int, Mapping[str, Any]] = {}

    def feed(self, raw: bytes) -> bool:
        """Take a line; whether it answers a job that had no answer yet."""
        try:
            line = json.loads(raw)
        except ValueError:
            return False
        if not isinstance(line, dict):
            return False
        place = line.get("job")
        if "blob" in line:
            self._bodies[str(line["blob"])] = _packed(str(line.get("zlib", "")))
        elif isinstance(place, int) and 0 <= place < self._count:
            fresh = place not in self._found
            self._found[place] = line
            return fresh
        return False

    @property
    def answered(self) -> list[int]:
        """The jobs that have an answer, in order."""
        return sorted(self._found)

    def bodies(self) -> Iterator[bytes]:
        """Every body, unpacked."""
        return map(unpacked, self._bodies.values())

    def answers(self, nothing: Answer) -> list[Answer]:
        """One per job, in order; `nothing` stands for those that have none, its evidence for all."""
        found = self._found
        return [self._answer(found[at], nothing.evidence) if at in found else nothing for at in range(self._count)]

    def _answer(self, line: Mapping[str, Any], evidence: str) -> Answer:
        given = line.get("samples")
        samples = [self._sample(one) for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        return Answer(tuple(samples), str(line.get("problem", "")), evidence)

    def _sample(self, sample: dict[str, object]) -> Sample:
        packed = self._bodies.get(str(sample.get("sha256", "")))
        return sample if packed is None else WithBody(sample, packed)


def _packed(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def unpacked(packed: bytes) -> bytes:
    """A body, at most MOST_BODY of it; empty when it cannot be unpacked."""
    try:
        return zlib.decompressobj().decompress(packed, MOST_BODY)
    except zlib.error:
        return b""


@lru_cache(maxsize=64)
def _text(packed: bytes) -> str:
    return unpacked(packed).decode("utf-8", "replace")
