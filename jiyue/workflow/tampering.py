"""Keeping what is served of moved sites as the library has it (网页防篡改)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from inventory.errors import InputError, Problems
from jiyue.moving import compare, content, proof
from jiyue.moving.compare import Tampered
from jiyue.moving.flow import Shelf
from jiyue.moving.hands import Hands
from jiyue.moving.model import Move
from jiyue.workflow import moving
from jiyue.workflow.services import Services


@dataclass(frozen=True, slots=True)
class Checked:
    """What the tamper check found of one site; `mended` says whether it was put right."""

    site: str
    files: int
    found: Tampered
    problems: tuple[str, ...] = ()
    mended: bool = False
    evidence: str = ""

    @property
    def ok(self) -> bool:
        """Nothing is otherwise than in the library now."""
        return (self.found.whole or self.mended) and not self.problems


def tamper(services: Services, sites: Sequence[str] | None, restore: bool = False) -> list[Checked]:
    """What is served of these sites (all that moved for None) against the library, on the host and over both families.

    With `restore` every file is put back in one step and what was there instead is kept as evidence.
    """
    here = moving.moved(services)
    chosen = [move for move in moving.plans(services, sites) if move.site in here or sites is not None]
    if lost := [move.site for move in chosen if move.site not in here]:
        cause, fix = "it is not in the library: nothing of it was taken in", "move it first"
        raise Problems([InputError(f"site {name}", cause, fix) for name in lost])
    shelf = moving.Shelf(services.store)
    with Hands(services.space.ssh_config).kept() as hands, ThreadPoolExecutor(moving.PARALLEL) as pool:
        return list(pool.map(lambda move: check(hands, shelf, move, restore), chosen))


def check(hands: Hands, shelf: Shelf, move: Move, restore: bool) -> Checked:
    """One site."""
    records, facts = shelf.records(move.site), shelf.progress(move.site).facts
    tree = str(facts["tree"])
    found = compare.tampered(records, compare.look(hands.ask(move.new, "scan", root=tree)))
    mended, evidence, problems = False, "", list[str]()
    if restore and not found.whole:
        by_path = {one.path: one.sha256 for one in records}
        wanted = [(path, by_path[path]) for path in (*found.changed, *found.missing)]
        answer = hands.ask(
            move.new, "mend", library=move.library, root=tree, wanted=wanted, foreign=list(found.foreign)
        )
        evidence, failed = str(answer["evidence"]), answer["failed"]
        problems += [f"{path} is not restored: {why}" for path, why in failed]
        mended = not failed
    if restore:
        content.lay_out(hands, move, records, str(facts["release"]))  # what the web server is led to
    if found.whole or mended:
        problems += proof.served(hands, move, proof.sample(records), proof.ways(move))
    return Checked(move.site, len(records), found, tuple(problems), mended, evidence)
