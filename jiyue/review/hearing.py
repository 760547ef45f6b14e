"""Everything signed about one proposal, opened and held against it; pure, so that forgeries can be tried."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from inventory.errors import GateError, InputError
from ipv6.change.digest import from_json
from ipv6.change.model import ChangeSet
from jiyue.review import statement
from jiyue.review.judge import Case, Signed
from jiyue.review.keyring import Keyring
from jiyue.review.statement import Statement, Submission

PROPOSE = "restore the store from its backup or propose again"


@dataclass(frozen=True, slots=True)
class Docket:
    """The proposal as the store has it; `kind` is the environment's, `handed_in` whether it was submitted."""

    digest: str
    platform: str
    author: str
    kind: str
    handed_in: bool = True


def hear(
    docket: Docket, submissions: Iterable[str], decisions: Iterable[str], ring: Keyring
) -> tuple[Case, tuple[Signed, ...]]:
    """The case and its verified decisions; GateError for anything that was not signed for exactly this proposal.

    One envelope that does not hold refuses everything: somebody wrote into the store.
    """
    submitters = []
    for envelope in submissions:
        handed, member = statement.read_submission(envelope, ring)
        same(docket, handed)
        submitters.append((member.person, member.key))
    if not submitters and docket.kind != "lab" and docket.handed_in:
        cause = "the submission is not signed"
        raise GateError(f"proposal {docket.digest[:12]}", cause, "submit it with an engineer's key")
    signed = []
    for envelope in decisions:
        said, member = statement.read(envelope, ring)
        same(docket, said)
        signed.append((said, member))
    case = Case(docket.digest, docket.platform, docket.author, tuple(submitters), docket.kind)
    return case, tuple(signed)


def opened(text: str, digest: str) -> ChangeSet:
    """The change set that this very text spells; GateError when it cannot be read or has another digest."""
    place = f"proposal {digest[:12]}"
    try:
        change = from_json(text)
    except InputError as error:
        raise GateError(place, f"the stored text is damaged: {error.cause}", PROPOSE) from error
    # Over the text itself: what was saved is the one canonical form, another spelling was put there by somebody.
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise GateError(place, "the stored text has another digest", PROPOSE)
    return change


def same(docket: Docket, signed: Statement | Submission) -> None:
    """GateError when it was signed for another proposal, platform or author."""
    if (signed.digest, signed.platform, signed.author) != (docket.digest, docket.platform, docket.author):
        cause = f"it was signed for {signed.platform} {signed.digest[:12]} by {signed.author}, not for this one"
        raise GateError(f"approval of {docket.digest[:12]}", cause, "ask the reviewer to approve again")
