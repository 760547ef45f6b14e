"""What a site consists of, brought from the old host into the library of the new one, and laid out from there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.errors import GateError
from jiyue.library.model import Record, take_in
from jiyue.moving import edge
from jiyue.moving.compare import Look, changed, look
from jiyue.moving.hands import Hands
from jiyue.moving.model import Move

BATCH = 64 << 20
"""Bytes that one stream brings at most (one file may be larger)."""
PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the content as both looks saw it, bytes, new blobs, looks."""

    look: Look
    size: int
    stored: int
    rounds: int


def look_at(hands: Hands, host: str, root: str) -> Look:
    """The folder as it is; GateError naming everything in it that no site may have."""
    seen = look(hands.ask(host, "scan", patience=600.0, root=root))
    if seen.refused:
        shown = "; ".join(f"{name}: {why}" for name, why, _ in seen.refused[:10])
        cause = f"{len(seen.refused)} of its files are refused: {shown}"
        raise GateError(f"{host}:{root}", cause, "take them away or replace them by plain files")
    if not seen.files:
        raise GateError(f"{host}:{root}", "there is no file", "see where the site is really served from")
    return seen


def copy(hands: Hands, move: Move, root: str, rounds: int, sleep: Callable[[float], None]) -> Copied:
    """Copy until two looks at the source agree, at most `rounds` times; GateError naming what changes all the time."""
    before, stored = look_at(hands, move.old, root), 0
    for number in range(1, rounds + 1):
        stored += _bring(hands, move, root, before)
        after = look_at(hands, move.old, root)
        if not (odd := changed(before.hashes, after.hashes)):
            return Copied(after, sum(one.size for one in after.files), stored, number + 1)
        before = after
        if number < rounds:
            sleep(PAUSE)
    cause = f"its content changes all the time: {', '.join(odd[:10])} ({len(odd)} of {len(before.files)})"
    raise GateError(f"site {move.site}", cause, "stop the editing for a moment, then run it again")


def _bring(hands: Hands, move: Move, root: str, seen: Look) -> int:
    digests = sorted({one.sha256 for one in seen.files})
    have = set(hands.ask(move.new, "held", library=move.library, digests=digests))
    stored, batch, size = 0, list[tuple[str, int, str]](), 0
    for one in seen.files:
        if one.sha256 in have:
            continue
        have.add(one.sha256)
        batch.append((one.path, one.size, one.sha256))
        size += one.size
        if size >= BATCH:
            stored += _batch(hands, move, root, batch)
            batch, size = [], 0
    return stored + (_batch(hands, move, root, batch) if batch else 0)


def _batch(hands: Hands, move: Move, root: str, batch: Sequence[tuple[str, int, str]]) -> int:
    answer = hands.carry(move.old, root, move.new, move.library, batch)
    _room(move, answer)
    return int(answer["stored"])


def _room(move: Move, answer: Mapping[str, Any]) -> None:
    if "full" in answer:
        raise GateError(f"host {move.new}", f"its disk is full: {answer['full']}", "make room, then run it again")


def records(move: Move, seen: Look) -> tuple[Record, ...]:
    """The site's records."""
    return take_in(move.site, move.unit, seen.files)


def release(records: Sequence[Record]) -> str:
    """What names this content: a hash over every path and its bytes."""
    text = "".join(f"{one.sha256}  {one.path}\n" for one in sorted(records, key=lambda one: one.path))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def lay_out(hands: Hands, move: Move, records: Sequence[Record], name: str) -> str:
    """Make the site's folder from its records; where it is. GateError naming what the library does not have."""
    if not records or release(records) != name:
        raise GateError(f"site {move.site}", "its records are not those that were copied", "run it again")
    answer = hands.ask(
        move.new, "lay-out", patience=600.0, library=move.library, releases=move.own_releases, release=name,
        link=move.link, records=[(one.path, one.sha256) for one in records],
    )  # fmt: skip
    _room(move, answer)
    if "refused" in answer:
        shown = "; ".join(f"{path}: {why}" for path, why in answer["refused"][:10])
        cause = f"{len(answer['refused'])} files are not served: {shown}"
        raise GateError(f"site {move.site}", cause, "first into the library, then into use")
    return str(answer["root"])


def serve(hands: Hands, move: Move, origin: dict[str, Any]) -> None:
    """Let the new host's nginx serve the site; its certificate and key go from host to host through memory only."""
    text = edge.render(move.site, move.address4, move.address6, move.link, origin.get("index", ()))
    answer = hands.ask(
        move.new, "put",
        files=[
            (edge.COMMON, edge.COMMON_TEXT, 0o644),
            (edge.GUARD, edge.GUARD_TEXT, 0o644),
            (f"/etc/jiyue/tls/{move.site}.crt", origin["certificate"], 0o644),
            (f"/etc/jiyue/tls/{move.site}.key", origin["key"], 0o600),
            (edge.path_of(move.site), text, 0o644),
        ],
    )  # fmt: skip
    if "refused" in answer:
        raise GateError(f"host {move.new}", answer["refused"], "see its nginx configuration")


def redirects(move: Move, facts: Mapping[str, Any]) -> str:
    """What the old host's nginx is told of a site that has moved: its sockets as before, redirects instead of pages."""
    lines = [f"# {move.site} has moved.", "server {", *(f"    listen {one};" for one in facts.get("listen", ("80",)))]
    lines.append(f"    server_name {move.site};")
    if facts.get("certificate-file"):
        lines.append(f"    ssl_certificate {facts['certificate-file']};")
        lines.append(f"    ssl_certificate_key {facts['key-file']};")
    return "\n".join([*lines, f"    return 301 https://{move.site}$request_uri;", "}", ""])
