"""What people say about a proposal; nothing said is ever changed or removed."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

from sqlalchemy import select

from inventory.errors import InputError
from ipv6.change.encoding import canonical
from jiyue.store import schema_review as schema
from jiyue.store.audit import append
from jiyue.store.part import Part

MAX_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Comment:
    """One remark; `about` is an object of the change set, or empty for the whole."""

    digest: str
    at: str
    author: str
    about: str
    words: str

    @property
    def mark(self) -> str:
        """sha256 in hex over all of it; the chained log keeps it, so that no word can be changed unnoticed."""
        return hashlib.sha256(canonical(astuple(self))).hexdigest()


class Comments(Part):
    """Comments: add, read."""

    def comment(self, digest: str, author: str, words: str, about: str = "") -> Comment:
        """Add one; InputError when nobody says it, nothing is said or it is too long."""
        if not author.strip():
            raise InputError("comment", "a comment needs an author", "say who writes it")
        if not words.strip() or len(words) > MAX_WORDS:
            raise InputError("comment", f"{len(words)} characters", f"write 1 to {MAX_WORDS}")
        with self.database.write() as connection:
            made = Comment(digest, self.now(), author.strip(), about, words.strip())
            values = {name: getattr(made, name) for name in Comment.__slots__}
            connection.execute(schema.comments.insert().values(values))
            detail = {"about": about, "words": made.words[:200], "comment": made.mark}
            append(connection, made.at, "commented", made.author, digest, detail)
        return made

    def comments(self, digest: str) -> tuple[Comment, ...]:
        """The comments on one proposal, oldest first."""
        table = schema.comments
        columns = [table.c[name] for name in Comment.__slots__]
        with self.database.read() as connection:
            rows = connection.execute(select(*columns).where(table.c.digest == digest).order_by(table.c.seq)).all()
        return tuple(Comment(*row) for row in rows)
