"""Forgeries: a genuine approval, proposal, keyring and log, and every kind of change to them that we could think of.

`accepted` asks the code that the gate asks. Whatever a mutation makes has to be refused; what equals the genuine text
is not a forgery and is drawn again.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from inventory.errors import JiyueError
from ipv6.change.digest import digest as digest_of
from ipv6.change.digest import to_json
from ipv6.change.encoding import canonical
from ipv6.change.model import ChangeSet
from jiyue.review import chain, checkpoint, dsse, hearing, judge, keyring, statement
from jiyue.review.chain import Entry
from jiyue.review.checkpoint import Checkpoint
from jiyue.review.hearing import Docket
from jiyue.review.keyring import Keyring, Member
from jiyue.review.keys import SigningKey
from jiyue.review.statement import Statement, Submission
from tests.unit.review.office import AUTHORITY, CENTRE, NOW, OFFICE, Office

EXPIRES, LATER = "2026-03-31T08:00:00Z", "2027-03-01T08:00:00Z"
PEOPLE = {"li": AUTHORITY, "zhao": OFFICE, "sun": AUTHORITY, "wang": CENTRE}
TYPES = (dsse.APPROVAL_TYPE, dsse.SUBMISSION_TYPE, dsse.KEYRING_TYPE, dsse.CHECKPOINT_TYPE)


@dataclass(frozen=True)
class Genuine:
    """One true set of everything; made once, shared by all mutations."""

    change: ChangeSet
    other: ChangeSet
    seed: int = 1

    @cached_property
    def keys(self) -> dict[str, SigningKey]:
        """Root, people, and a stranger whom nobody enrolled."""
        draw = random.Random(self.seed)
        names = ("root", *PEOPLE, "stranger")
        return {name: SigningKey(name, Ed25519PrivateKey.from_private_bytes(draw.randbytes(32))) for name in names}

    @cached_property
    def ring(self) -> Keyring:
        """Version 3: `sun` is revoked, `wang` an engineer."""
        members = tuple(
            Member(
                name, name, unit, "engineer" if name == "wang" else "reviewer", self.keys[name].public, "active", NOW
            )
            for name, unit in PEOPLE.items()
        )
        first = Keyring(2, "field", NOW, LATER, "0" * 64, members)
        return replace(keyring.revoke(first, "sun", "lost", NOW), version=3)

    @cached_property
    def ring_text(self) -> str:
        """The signed keyring."""
        return keyring.sign(self.ring, "root", self.keys["root"].private)

    @cached_property
    def old_ring_text(self) -> str:
        """A genuine older keyring in which `sun` still counts."""
        members = tuple(replace(one, status="active", until="", reason="") for one in self.ring.members)
        return keyring.sign(replace(self.ring, version=2, members=members), "root", self.keys["root"].private)

    def approval(self, who: str = "li", change: ChangeSet | None = None, **fields_: Any) -> str:
        """An approval envelope; genuine for `li` and the change set itself."""
        return dsse.sign(canonical(self.said(who, change, **fields_)), dsse.APPROVAL_TYPE, who, self.keys[who].private)

    def said(self, who: str = "li", change: ChangeSet | None = None, **fields_: Any) -> Statement:
        """The statement of an approval."""
        text, unit = digest_of(change or self.change), PEOPLE.get(who, AUTHORITY)
        known: dict[str, Any] = {"reviewer": who, "unit": unit, "decision": "approved", "reasons": ()}
        known |= {"at": NOW, "expires": EXPIRES, **fields_}
        return Statement(text, self.change.platform, "王工", **known)

    @cached_property
    def submission(self) -> str:
        """The engineer's signed submission."""
        made = Submission(digest_of(self.change), self.change.platform, "王工", "wang", PEOPLE["wang"], NOW)
        return statement.sign_submission(made, self.keys["wang"])

    @cached_property
    def log(self) -> tuple[Entry, ...]:
        """Twelve entries."""
        rows: list[Entry] = []
        for number in range(12):
            detail = canonical({"envelope": f"{number:064x}"}).decode()
            rows.append(chain.entry(rows[-1] if rows else None, NOW, "approved", "li", f"{number:064x}", detail))
        return tuple(rows)

    @cached_property
    def checkpoint_text(self) -> str:
        """The signed end of the log."""
        return checkpoint.sign(Checkpoint("field", 12, self.log[-1].hash, NOW), self.keys["li"])


def genuine() -> Genuine:
    """The true set, around two small change sets of one platform."""
    site = {"name": "www.changsha.gov.cn", "address4": "198.18.1.10", "address6": "3fff:ff1:100:1000::10"}
    change = ChangeSet(
        "changsha", "field", (), (), (), (site,), {"services4": "10.2.32.0/20"}, {"a.yaml": "0" * 64}, "field"
    )
    return Genuine(change, replace(change, stack={"services4": "10.9.0.0/20"}))


@dataclass(frozen=True)
class Attempt:
    """What an attacker hands over; `None` leaves the genuine thing in place."""

    kind: str
    approval: str | None = None
    proposal: str | None = None
    ring: str | None = None
    log: tuple[Entry, ...] | None = None
    checkpoint: str | None = None
    submission: str | None = None


def accepted(true: Genuine, attempt: Attempt) -> bool:
    """Whether everything together would open the gate: keyring, proposal, submission, approval, log."""
    try:
        ring = true.ring
        if attempt.ring is not None:
            ring = keyring.read(attempt.ring, "root", true.keys["root"].private.public_key())
            # The store remembers version and fingerprint (`jiyue.store.rings`).
            if dsse.fingerprint(attempt.ring) != dsse.fingerprint(true.ring_text):
                return ring.version > true.ring.version
        wanted = digest_of(true.change)
        hearing.opened(attempt.proposal if attempt.proposal is not None else to_json(true.change), wanted)
        docket = Docket(wanted, true.change.platform, "王工", "field")
        decisions = (true.approval() if attempt.approval is None else attempt.approval,)
        submissions = (true.submission if attempt.submission is None else attempt.submission,)
        case, signed = hearing.hear(docket, submissions, decisions, ring)
        judge.judge(case, signed, Office.rule("changsha"), NOW)
        if attempt.log is not None or attempt.checkpoint is not None:
            rows = true.log if attempt.log is None else attempt.log
            given = true.checkpoint_text if attempt.checkpoint is None else attempt.checkpoint
            end = checkpoint.read(given, ring, "field")[0]
            return not chain.breaks(rows) and checkpoint.compare(end, rows) is None
    except JiyueError:
        return False
    return True


def flip(text: str, draw: random.Random) -> str:
    """One bit of one byte."""
    data = bytearray(text.encode())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return data.decode("utf-8", "replace")


def cut(text: str, draw: random.Random) -> str:
    """Truncated, or a piece taken out."""
    start = draw.randrange(len(text))
    return text[:start] if draw.random() < 0.5 else text[:start] + text[start + draw.randint(1, 40) :]


def stuff(text: str, draw: random.Random) -> str:
    """A piece put in: blanks, a doubled piece, a character that looks like nothing."""
    at = draw.randrange(len(text) + 1)
    piece = draw.choice((" ", "\n", "\u200b", "=", text[at : at + draw.randint(1, 30)] or "x", ',"note":"x"'))
    return text[:at] + piece + text[at:]


def swap(text: str, draw: random.Random) -> str:
    """Two bytes change places."""
    data = list(text)
    one, two = draw.randrange(len(data)), draw.randrange(len(data))
    data[one], data[two] = data[two], data[one]
    return "".join(data)


TEXT: tuple[Callable[[str, random.Random], str], ...] = (flip, cut, stuff, swap)


def envelope(text: str, draw: random.Random, true: Genuine) -> str:
    """Changes inside an envelope that stays well-formed."""
    data = json.loads(text)
    signature = data["signatures"][0]
    way = draw.randrange(8)
    if way == 0:
        data["payloadType"] = draw.choice([kind for kind in TYPES if kind != data["payloadType"]])
    elif way == 1:
        signature["keyid"] = draw.choice([name for name in true.keys if name != signature["keyid"]])
    elif way == 2:
        signature["sig"] = base64.b64encode(draw.randbytes(64)).decode()
    elif way == 3:
        data["signatures"] = draw.choice(([], [signature, signature]))
    elif way == 4:
        data["payload"] = base64.b64encode(_reworded(base64.b64decode(data["payload"]), draw)).decode()
    elif way == 5:
        data["payload"] = base64.b64encode(flip(base64.b64decode(data["payload"]).decode(), draw).encode()).decode()
    elif way == 6:
        raw = bytearray(base64.b64decode(signature["sig"]))
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
        signature["sig"] = base64.b64encode(raw).decode()
    else:
        return json.dumps(data, sort_keys=draw.random() < 0.5, indent=draw.choice((None, 1)))
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _reworded(payload: bytes, draw: random.Random) -> bytes:
    """A field of the payload with another value; well-formed, canonical, unsigned."""
    data = json.loads(payload)
    name = draw.choice(sorted(data))
    data[name] = draw.choice(
        (LATER, "0" * 64, "li", "zhao", "rejected", "approved", True, False, 99, [], ["x"], None, "")
    )
    return canonical(data)


def attempt(true: Genuine, draw: random.Random) -> Attempt:
    """One forgery of a random kind."""
    while True:
        kind = draw.choice(tuple(KINDS))
        found = KINDS[kind](true, draw)
        changed = {
            "approval": true.approval(),
            "proposal": to_json(true.change),
            "ring": true.ring_text,
            "log": true.log,
            "checkpoint": true.checkpoint_text,
            "submission": true.submission,
        }
        if any(getattr(found, name) not in (None, value) for name, value in changed.items()):
            return replace(found, kind=kind)


def _resigned(true: Genuine, draw: random.Random) -> Attempt:
    """A perfect statement, signed by somebody whose word does not count, under the own or a borrowed key id."""
    who = draw.choice(("stranger", "sun", "wang", "zhao"))
    name = draw.choice(("li", who)) if who != "zhao" else "li"
    said = true.said(draw.choice((name, who)) if who in PEOPLE else name, expires=draw.choice((EXPIRES, LATER)))
    return Attempt("", dsse.sign(canonical(said), dsse.APPROVAL_TYPE, name, true.keys[who].private))


def _genuine_but(true: Genuine, draw: random.Random) -> Attempt:
    """Really signed by the reviewer, for something else, at another time, as another decision."""
    ways: tuple[dict[str, Any], ...] = (
        {"change": true.other},
        {"decision": "rejected", "reasons": ("no",)},
        {"decision": "reviewed"},
        {"expires": NOW},
        {"at": "2026-01-01T08:00:00Z", "expires": "2026-01-31T08:00:00Z"},
        {"at": "2026-03-01T09:00:00Z"},
        {"at": "2025-01-01T08:00:00Z", "expires": LATER},
        {"unit": CENTRE},
        {"reviewer": "zhao"},
        {"emergency": True, "expires": "2026-03-02T08:00:00Z"},
    )
    chosen = dict(draw.choice(ways))
    return Attempt("", true.approval("li", chosen.pop("change", None), **chosen))


def _confused(true: Genuine, draw: random.Random) -> Attempt:
    """A genuine envelope of one kind handed over as another."""
    every = [true.approval(), true.submission, true.ring_text, true.checkpoint_text]
    taken = draw.choice(every)
    return draw.choice((
        Attempt("", approval=taken), Attempt("", submission=taken), Attempt("", ring=taken),
        Attempt("", checkpoint=taken),
    ))  # fmt: skip


def _forged_ring(true: Genuine, draw: random.Random) -> Attempt:
    """A keyring in which a stranger or the revoked key counts: an older one, or signed by another key."""
    member = Member("stranger", "stranger", AUTHORITY, "reviewer", true.keys["stranger"].public, "active", NOW)
    forged = replace(true.ring, version=draw.choice((3, 4, 99)), members=(*true.ring.members, member))
    who = draw.choice([name for name in true.keys if name != "root"])
    name = draw.choice(("root", who))
    texts = (true.old_ring_text, keyring.sign(forged, name, true.keys[who].private))
    return Attempt("", ring=draw.choice(texts), approval=true.approval(draw.choice(("sun", "li"))))


def _log(true: Genuine, draw: random.Random) -> Attempt:
    """Rows edited, removed, doubled, swapped, the tail cut, or everything chained anew."""
    rows = list(true.log)
    at, way = draw.randrange(len(rows)), draw.randrange(6)
    if way == 0:
        name = draw.choice([each.name for each in fields(Entry)])
        value: Any = draw.choice((0, 99)) if name == "seq" else flip(str(getattr(rows[at], name)), draw)
        rows[at] = replace(rows[at], **{name: value})
    elif way == 1:
        del rows[at]
    elif way == 2:
        rows.insert(at, rows[at])
    elif way == 3:
        other = draw.randrange(len(rows))
        rows[at], rows[other] = rows[other], rows[at]
    elif way == 4:
        rows = rows[:at]
    else:
        fresh: list[Entry] = []
        for number, row in enumerate(rows):
            actor = "zhao" if number == at else row.actor
            fresh.append(chain.entry(fresh[-1] if fresh else None, row.at, row.kind, actor, row.subject, row.detail))
        rows = fresh
    return Attempt("", log=tuple(rows))


def _forged_checkpoint(true: Genuine, draw: random.Random) -> Attempt:
    """The tail cut off, with a checkpoint to match that somebody else signed, or one for another environment."""
    rows = true.log[: draw.randint(1, 11)]
    end = Checkpoint("field", len(rows), rows[-1].hash, NOW)
    who = draw.choice(("stranger", "sun"))
    forged = checkpoint.sign(end, SigningKey(draw.choice((who, "li")), true.keys[who].private))
    elsewhere = checkpoint.sign(replace(end, environment="lab"), true.keys["li"])
    return Attempt("", log=rows, checkpoint=draw.choice((forged, elsewhere)))


KINDS: dict[str, Callable[[Genuine, random.Random], Attempt]] = {
    "approval text": lambda true, draw: Attempt("", approval=draw.choice(TEXT)(true.approval(), draw)),
    "approval envelope": lambda true, draw: Attempt("", approval=envelope(true.approval(), draw, true)),
    "approval by another key": _resigned,
    "approval of something else": _genuine_but,
    "submission text": lambda true, draw: Attempt("", submission=draw.choice(TEXT)(true.submission, draw)),
    "submission envelope": lambda true, draw: Attempt("", submission=envelope(true.submission, draw, true)),
    "another kind of envelope": _confused,
    "proposal text": lambda true, draw: Attempt("", proposal=draw.choice(TEXT)(to_json(true.change), draw)),
    "proposal of another": lambda true, draw: Attempt("", proposal=to_json(true.other)),
    "keyring text": lambda true, draw: Attempt("", ring=draw.choice(TEXT)(true.ring_text, draw)),
    "keyring envelope": lambda true, draw: Attempt("", ring=envelope(true.ring_text, draw, true)),
    "keyring by another key": _forged_ring,
    "log": _log,
    "checkpoint text": lambda true, draw: Attempt("", checkpoint=draw.choice(TEXT)(true.checkpoint_text, draw)),
    "checkpoint envelope": lambda true, draw: Attempt("", checkpoint=envelope(true.checkpoint_text, draw, true)),
    "checkpoint by another key": _forged_checkpoint,
}
"""Every kind of forgery by its name."""
