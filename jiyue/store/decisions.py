"""Submissions and decisions: recorded only when they hold, judged again at every question."""

from __future__ import annotations

import json

from sqlalchemy import Connection, Row, select

from inventory.errors import GateError
from ipv6.ports import Approval, Signer
from jiyue.review import dsse, hearing, judge, statement
from jiyue.review.hearing import Docket
from jiyue.review.judge import Case, Signed
from jiyue.review.keyring import Keyring, same_person
from jiyue.review.statement import Statement
from jiyue.store import schema, schema_review
from jiyue.store.audit import Audit, append
from jiyue.store.comments import Comments
from jiyue.store.proposal_rows import ProposalRecord, envelopes, record_of, row_of, set_status
from jiyue.store.rings import Rings

DECISIONS = "approved rejected reviewed"
"""Kinds of the log's entries that name an envelope of the table of approvals."""


class Decisions(Rings, Comments, Audit):
    """Who handed in what, and what was decided; every refusal is in the log."""

    def submit(self, digest: str, envelope: str = "") -> ProposalRecord:
        """Hand a proposal to the authority; one that is submitted or approved already stays so.

        `envelope` is the signed submission, which only a lab may do without. GateError when it does not hold.
        """
        with self._refusals(digest):
            ring = self.keyring() if envelope else None
            with self.database.write() as connection:
                row, actor = row_of(connection, digest), ""
                place = f"proposal {digest[:12]}"
                if row.status == "rejected":
                    cause = f"it was rejected: {'; '.join(json.loads(row.reasons))}"
                    raise GateError(place, cause, "change what was asked for and propose again")
                if ring is not None:
                    actor = self._check_submission(row, envelope, ring)
                elif self.trust.kind != "lab" and row.status == "proposed":
                    raise GateError(place, "the submission is not signed", "sign it with an engineer's key: --key")
                if row.status == "proposed":
                    detail = {"platform": row.platform, "envelope": dsse.fingerprint(envelope) if envelope else ""}
                    if envelope:
                        values = {"digest": digest, "at": self.now(), "envelope": envelope}
                        connection.execute(schema_review.submissions.insert().values(values))
                    append(connection, self.now(), "submitted", actor or row.author, digest, detail)
                    set_status(connection, row, "submitted", (), self.now())
                return record_of(row_of(connection, digest))

    def decide(self, digest: str, envelope: str) -> ProposalRecord:
        """Record a signed decision after verifying it; GateError when it does not hold.

        The proposal is approved once the signatures are enough for its platform's rule.
        """
        with self._refusals(digest):
            ring = self.keyring()
            said, member = statement.read(envelope, ring)
            with self.database.write() as connection:
                row = row_of(connection, digest)
                case, signed = self._case(connection, row, ring)
                hearing.same(self._docket(row), said)
                rule = self.trust.rule(row.platform)
                _check_status(row, said, bool(judge.open_after(case, signed, rule)))
                reason = judge.why_not(case, said, member, rule, self.now())
                if not reason and said.decision == "approved":
                    reason = _said_no(signed, said)
                if not reason and said.decision == "reviewed":
                    reason = _hurried(signed, said)
                if reason:
                    raise GateError(f"proposal {digest[:12]}", reason, "have somebody decide who may")
                if envelope in envelopes(connection, schema.approvals, digest, DECISIONS):
                    return record_of(row)
                values = {"digest": digest, "at": said.at, "envelope": envelope}
                connection.execute(schema.approvals.insert().values(values))
                detail: dict[str, object] = {
                    "envelope": dsse.fingerprint(envelope),
                    "key": member.key,
                    "unit": member.unit,
                }
                detail |= {"platform": row.platform, "why": "; ".join(said.reasons), "emergency": said.emergency}
                append(connection, self.now(), said.decision, member.person, digest, detail)
                if row.status != "applied" and said.decision != "reviewed":
                    status, why = self._outcome(case, [*signed, (said, member)], said)
                    set_status(connection, row, status, why, self.now())
                return record_of(row_of(connection, digest))

    def approval(self, digest: str) -> Approval:
        """The approval of exactly this digest: every signature, signer and term checked now; GateError otherwise."""
        with self.database.read() as connection:
            row = row_of(connection, digest)
            known = envelopes(connection, schema.approvals, digest, DECISIONS)
        if not known:
            fix = "submit it and have it reviewed"
            raise GateError(f"approval of {digest[:12]}", "nobody has approved it", fix)
        ring = self.keyring()
        with self.database.read() as connection:
            case, signed = self._case(connection, row, ring)
        return judge.judge(case, signed, self.trust.rule(row.platform), self.now())

    def signed(self, digest: str) -> tuple[Signed, ...]:
        """Every verified decision on a proposal with the signer as the keyring has it now, in the order recorded."""
        ring = self.keyring()
        with self.database.read() as connection:
            return self._case(connection, row_of(connection, digest), ring)[1]

    def signers(self, digest: str) -> tuple[Signer, ...]:
        """Who approved it, also when the approval holds no more: the history of what is applied."""
        return tuple(
            Signer(member.person, member.unit, member.key)
            for said, member in self.signed(digest)
            if said.decision == "approved"
        )

    def open_reviews(self) -> dict[str, str]:
        """Emergency changes that nobody else has reviewed yet: digest to the time it is due."""
        table = schema_review.audit
        with self.database.read() as connection:
            rows = connection.execute(select(table.c.subject, table.c.detail).where(table.c.kind == "approved")).all()
        hurried = dict.fromkeys(row.subject for row in rows if json.loads(row.detail).get("emergency"))
        ring = self.keyring() if hurried else None
        found = {}
        for digest in hurried:
            assert ring is not None
            with self.database.read() as connection:
                row = row_of(connection, digest)
                case, signed = self._case(connection, row, ring)
            due = judge.open_after(case, signed, self.trust.rule(row.platform))
            if due:
                found[digest] = due
        return found

    def _case(
        self, connection: Connection, row: Row[tuple[str, ...]], ring: Keyring
    ) -> tuple[Case, tuple[Signed, ...]]:
        submissions = envelopes(connection, schema_review.submissions, row.digest, "submitted")
        decisions = envelopes(connection, schema.approvals, row.digest, DECISIONS)
        return hearing.hear(self._docket(row), submissions, decisions, ring)

    def _docket(self, row: Row[tuple[str, ...]]) -> Docket:
        return Docket(row.digest, row.platform, row.author, self.trust.kind, row.status != "proposed")

    def _check_submission(self, row: Row[tuple[str, ...]], envelope: str, ring: Keyring) -> str:
        handed, member = statement.read_submission(envelope, ring)
        hearing.same(self._docket(row), handed)
        if member.status != "active":
            cause = f"{member.key} of {member.person} is {member.status} since {member.until}"
            raise GateError(f"proposal {row.digest[:12]}", cause, "submit it with a key in use")
        return member.person

    def _outcome(self, case: Case, signed: list[Signed], said: Statement) -> tuple[str, tuple[str, ...]]:
        if said.decision == "rejected":
            return "rejected", said.reasons
        try:
            found = judge.judge(case, signed, self.trust.rule(case.platform), self.now())
        except GateError as error:
            return "submitted", (error.cause,)
        return "approved", (("emergency approval, to be reviewed afterwards",) if found.emergency else said.reasons)

    def _refusals(self, digest: str) -> _Refusals:
        return _Refusals(self, digest)


class _Refusals:
    """Writes every refusal into the log; the refusal itself goes on."""

    def __init__(self, audit: Audit, digest: str) -> None:
        self._audit, self._digest = audit, digest

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, GateError):
            self._audit.log_event("refused", "", self._digest[:64], why=error.cause, place=error.place)


def _check_status(row: Row[tuple[str, ...]], said: Statement, after: bool) -> None:
    place = f"proposal {row.digest[:12]}"
    if said.decision == "reviewed":
        if not after:
            raise GateError(place, "no emergency change waits for a review here", "`jiyue review queue` shows those")
        return
    # An approval that expired may be renewed for what runs already; nothing else changes then.
    renewed = row.status == "applied" and said.decision == "approved"
    if row.status not in ("submitted", "approved") and not renewed:
        raise GateError(place, f"its status is {row.status}, not submitted", "submit it before it is reviewed")


def _said_no(signed: tuple[Signed, ...], said: Statement) -> str:
    """A yes after a no has to be later; in the same second the no would win."""
    for earlier, member in signed:
        if same_person(member.person, said.reviewer) and earlier.decision == "rejected" and earlier.at >= said.at:
            return f"{said.reviewer} rejected it at {earlier.at}, not before this decision"
    return ""


def _hurried(signed: tuple[Signed, ...], said: Statement) -> str:
    for earlier, member in signed:
        if earlier.emergency and same_person(member.person, said.reviewer):
            return f"{said.reviewer} approved the emergency and cannot review it afterwards"
    return ""
