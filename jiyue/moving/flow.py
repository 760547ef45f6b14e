"""A site's move, phase by phase. Every phase is noted in the store when it is done, so an interrupted move goes on.

The old host serves until the very end and is never written to; the new one serves before any name points there. So
there is no moment at which the site is nowhere, whoever dies, and nothing needs a timer to take it back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from inventory.errors import GateError, JiyueError
from jiyue.library.model import Record
from jiyue.moving import compare, content, names, proof
from jiyue.moving.hands import Hands
from jiyue.moving.model import BACK, MOVED, MOVING, PHASES, RETIRED, SERVED, UNMOVED, Move, Progress
from jiyue.moving.names import LOWER, PUBLISH, RAISE, Publisher


class Shelf(Protocol):
    """Where the records of sites and the progress of moves are kept; on disk when a method returns."""

    def progress(self, site: str) -> Progress: ...

    def keep(self, site: str, progress: Progress) -> None: ...

    def records(self, site: str) -> tuple[Record, ...]: ...

    def put_records(self, site: str, records: tuple[Record, ...]) -> None: ...


@dataclass(frozen=True)
class Mover:
    """What a move works with. `gate` gives the reasons why the site may not move; `now` is UTC, ISO 8601."""

    hands: Hands
    publisher: Publisher
    shelf: Shelf
    gate: Callable[[Move], list[str]]
    now: Callable[[], str]
    tell: Callable[[str, str, str], None] = lambda site, phase, said: None
    sleep: Callable[[float], None] = time.sleep
    rounds: int = 5
    """How often what changes meanwhile is copied again."""
    quiet: float = 1.0
    """Seconds without a request after which the old host counts as left alone."""
    after: Callable[[str], None] = field(default=lambda phase: None)
    """Told after every noted phase; tests stop here."""


def migrate(mover: Mover, move: Move) -> Progress:
    """Move the site, from where an earlier attempt ended; a site that is served there is left alone.

    Raises GateError when a gate or a comparison refuses, EnvironmentFailed when a host does not answer. Whatever was
    switched by then is switched back.
    """
    progress = mover.shelf.progress(move.site)
    if progress.state in SERVED and mover.hands.ask(move.new, "origin", site=move.site):
        return progress
    if progress.state != MOVING:  # a host that was made anew knows nothing of the site: all over again
        progress = Progress(MOVING, (), {}, progress.log)
    try:
        for phase in PHASES:
            if phase in progress.done:
                continue
            said, facts = _PHASES[phase](mover, move, progress)
            progress = progress.after(mover.now(), phase, said, **facts)
            mover.shelf.keep(move.site, progress)
            mover.tell(move.site, phase, said)
            mover.after(phase)
    except JiyueError as error:
        _undo(mover, move, progress, error)
        raise
    progress = progress.ended(mover.now(), MOVED, f"served by {move.new}")
    mover.shelf.keep(move.site, progress)
    return progress


def _undo(mover: Mover, move: Move, progress: Progress, error: JiyueError) -> None:
    """Names that were switched, or half switched, are switched back; the reason is kept."""
    state, said = UNMOVED, f"stopped: {error}"
    if "lower" in progress.done:
        said = f"switched back: {error}"
        _names_back(mover, move)
        state = BACK
    mover.shelf.keep(move.site, progress.ended(mover.now(), state, said, str(error)))


def go_back(mover: Mover, move: Move) -> Progress:
    """The names lead to the old host again, which is made to serve the site if it was retired."""
    progress = mover.shelf.progress(move.site)
    if progress.state in (UNMOVED, BACK) and not progress.done:
        return progress
    origin = mover.hands.ask(move.old, "origin", site=move.site)
    if progress.state == RETIRED:
        mover.hands.ask(move.old, "revive", file=str(progress.facts.get("file", "")), site=move.site)
    elif not origin.get("root"):
        raise GateError(f"site {move.site}", f"{move.old} does not serve it any more", "restore it there first")
    if problems := proof.answers(mover.hands, move, ["/"], [(4, move.old4, move.vantages.v4)]):
        raise GateError(f"site {move.site}", f"the old host is not ready: {problems[0]}", "mend it, then run it again")
    _names_back(mover, move)
    progress = progress.ended(mover.now(), BACK, f"served by {move.old} again")
    mover.shelf.keep(move.site, progress)
    return progress


def _names_back(mover: Mover, move: Move) -> None:
    sets = names.back(move)
    for step in (LOWER, PUBLISH, RAISE):
        names.send(mover.publisher, move, sets, step)


def retire(mover: Mover, move: Move) -> Progress:
    """The old host answers with redirects instead of pages, once nobody asks it any more."""
    progress = mover.shelf.progress(move.site)
    if progress.state == RETIRED:
        return progress
    if progress.state != MOVED:
        raise GateError(f"site {move.site}", "it has not moved", f"run `jiyue site migrate {move.site}` first")
    if why := proof.still_asked(mover.hands, move, progress.facts, mover.quiet, mover.sleep):
        raise GateError(f"site {move.site}", why, "wait until its old addresses have left every resolver")
    text = content.redirects(move, progress.facts)
    done = mover.hands.ask(move.old, "retire", file=str(progress.facts.get("file", "")), site=move.site, text=text)
    if "refused" in done:
        raise GateError(f"host {move.old}", done["refused"], "see its configuration")
    progress = progress.ended(mover.now(), RETIRED, f"{move.old} answers with redirects")
    mover.shelf.keep(move.site, progress)
    return progress


Done = tuple[str, dict[str, Any]]


def _gate(mover: Mover, move: Move, progress: Progress) -> Done:
    if reasons := mover.gate(move):
        raise GateError(f"site {move.site}", "; ".join(reasons), "put that right, then run it again")
    origin = mover.hands.ask(move.old, "origin", site=move.site)
    if lacking := [name for name in ("root", "certificate", "key") if not origin.get(name)]:
        cause = f"{move.old} has no {lacking[0]} for it in its nginx"
        raise GateError(f"site {move.site}", cause, "a site is moved from where it is really served")
    facts = {
        key: origin[key]
        for key in ("root", "index", "log", "file", "listen", "certificate-file", "key-file")
        if key in origin
    }
    return f"found on {move.old} in {origin['root']}", facts


def _copy(mover: Mover, move: Move, progress: Progress) -> Done:
    copied = content.copy(mover.hands, move, str(progress.facts["root"]), mover.rounds, mover.sleep)
    records = content.records(move, copied.look)
    said = f"{len(records)} files, {copied.size} bytes, {copied.stored} new, {copied.rounds} looks"
    mover.shelf.put_records(move.site, records)
    return said, {"files": len(records), "release": content.release(records)}


def _library(mover: Mover, move: Move, progress: Progress) -> Done:
    records = mover.shelf.records(move.site)
    root = content.lay_out(mover.hands, move, records, str(progress.facts["release"]))
    return f"{len(records)} records, laid out in {root}", {"tree": root}


def _serve(mover: Mover, move: Move, progress: Progress) -> Done:
    origin = mover.hands.ask(move.old, "origin", site=move.site)
    content.serve(mover.hands, move, origin)
    return f"{move.new} serves it at {move.address4} and {move.address6}", {}


def _verify(mover: Mover, move: Move, progress: Progress) -> Done:
    found = proof.same_content(mover.hands, move, mover.shelf.records(move.site), str(progress.facts["tree"]))
    if found.problems:
        shown = "; ".join(found.problems[:5])
        raise GateError(f"site {move.site}", f"{len(found.problems)} differences: {shown}", "see the two hosts")
    return f"{found.asked} addresses answer as before, over both families", {"urls": found.asked}


def _lower(mover: Mover, move: Move, progress: Progress) -> Done:
    names.send(mover.publisher, move, names.there(move), LOWER)
    wait = move.ttl if move.wait is None else min(move.ttl, move.wait)
    mover.sleep(wait)
    return f"TTL {move.low} s, waited {wait:g} s", {}


def _switch(mover: Mover, move: Move, progress: Progress) -> Done:
    if problems := proof.answers(mover.hands, move, ["/"], proof.ways(move)):
        raise GateError(f"site {move.site}", f"the new host is not ready: {problems[0]}", "run it again")
    look = content.look_at(mover.hands, move.old, str(progress.facts["root"]))
    if content.release(content.records(move, look)) != progress.facts["release"]:
        copied = {one.path: one.sha256 for one in mover.shelf.records(move.site)}
        odd = compare.changed(copied, look.hashes)
        cause = f"its content changed after it was copied: {', '.join(odd[:10])} ({len(odd)} of {len(copied)})"
        raise GateError(f"site {move.site}", cause, "stop the editing for a moment, then run it again")
    size = mover.hands.ask(move.old, "log-size", log=str(progress.facts.get("log", "")))["size"]
    serial = names.send(mover.publisher, move, names.there(move), PUBLISH)
    said = f"both families lead to {move.new}, serial {serial}"
    return said, {"log_size": size, "edge6": move.edge6}


def _compare(mover: Mover, move: Move, progress: Progress) -> Done:
    problems = proof.by_name(mover.hands, move, mover.shelf.records(move.site), mover.sleep)
    if problems:
        raise GateError(f"site {move.site}", "; ".join(problems[:5]), "it was switched back; see the two hosts")
    asked = proof.still_asked(mover.hands, move, progress.facts, mover.quiet, mover.sleep)
    return asked or f"{move.old} is asked no more", {}


def _confirm(mover: Mover, move: Move, progress: Progress) -> Done:
    serial = names.send(mover.publisher, move, names.there(move), RAISE)
    return f"TTL {move.ttl} s, serial {serial}", {}


_PHASES: dict[str, Callable[[Mover, Move, Progress], Done]] = {
    "gate": _gate, "copy": _copy, "library": _library, "serve": _serve, "verify": _verify, "lower": _lower,
    "switch": _switch, "compare": _compare, "confirm": _confirm,
}  # fmt: skip
