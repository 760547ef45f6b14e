"""What a move compares; pure: two looks at a folder, answers before and after, what is served against the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jiyue.library.model import Found, Record

Answer = tuple[int, str, str]
"""Status, sha256 of the body (or why there is none), path of Location."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a folder; `refused` are (name, reason, the name's bytes in hex)."""

    files: tuple[Found, ...]
    refused: tuple[tuple[str, str, str], ...]

    @property
    def hashes(self) -> dict[str, str]:
        """sha256 by path."""
        return {one.path: one.sha256 for one in self.files}


def look(answer: Mapping[str, Any]) -> Look:
    """What the host's `scan` said."""
    files = tuple(Found(str(path), int(size), str(digest), str(at)) for path, size, digest, at in answer["files"])
    return Look(files, tuple((str(name), str(why), str(raw)) for name, why, raw in answer["refused"]))


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Paths that came, went or have other bytes; of two looks or of a look and the records, sha256 by path."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def urls(paths: Iterable[str], links: Iterable[str]) -> list[str]:
    """What is asked of a site: the home page, every file, every internal link; percent-encoded, once each."""
    found = {"/", *(quote(f"/{path}", safe="/") for path in paths)}
    found |= {quote(link, safe="/%:@!$&'()*+,;=~-._") for link in links}
    return sorted(found)


def different(urls: Sequence[str], before: Sequence[Sequence[Any]], after: Sequence[Sequence[Any]]) -> list[str]:
    """What is answered otherwise than before: a status, the bytes of a page, where a redirect leads."""
    found = []
    for url, old, new in zip(urls, before, after, strict=True):
        if old[0] != new[0]:
            why = f": {new[1]}" if not new[0] else ""
            found.append(f"{url} answered {old[0]}, now {new[0]}{why}")
        elif old[0] == 200 and old[1] != new[1]:
            found.append(f"{url} has other bytes than before")
        elif 300 <= old[0] < 400 and old[2] != new[2]:
            found.append(f"{url} leads to {new[2]}, before to {old[2]}")
    return found


@dataclass(frozen=True, slots=True)
class Tampered:
    """What of a site is not as the library has it; `foreign` are names in hex, for the host."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Nothing was touched."""
        return not (self.changed or self.missing or self.added)


def tampered(records: Sequence[Record], seen: Look) -> Tampered:
    """The site as it is against its records. A link or a strange name is foreign, whatever it stands in for."""
    want, have = {one.path: one.sha256 for one in records}, seen.hashes
    extra = [path for path in have if path not in want]
    names = [f"{name} ({why})" for name, why, _ in seen.refused]
    return Tampered(
        tuple(sorted(path for path in want if path in have and have[path] != want[path])),
        tuple(sorted(path for path in want if path not in have)),
        (*sorted(extra), *names),
        (*(path.encode().hex() for path in sorted(extra)), *(raw for _, _, raw in seen.refused)),
    )
