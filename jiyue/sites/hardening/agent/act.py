"""Hardening and taking it back: everything or nothing, and what was there first is kept before anything is touched."""

from __future__ import annotations

import os
from contextlib import suppress
from copy import deepcopy
from typing import Any

from jiyue.sites.hardening.agent import files, kept, services

Answer = dict[str, Any]
Entry = dict[str, Any]


def harden(wanted: list[Entry], rights: list[Entry], reload: list[str], home: str = kept.HOME) -> Answer:
    """Write `wanted` (path, text, before: digest or None, mode), set `rights` (path, was, now), let programs reload.

    Refused, with everything as it was, when a file is not what was looked at or a program would not take it.
    """
    with kept.alone(home):
        index = kept.load(home)
        todo = [one for one in wanted if files.digest(files.read(one["path"])) != _after(one)]
        moved = [one["path"] for one in todo if files.digest(files.read(one["path"])) != one["before"]]
        if moved:
            return {"state": "refused", "reason": f"{', '.join(moved)}: changed since it was looked at"}
        rights = [one for one in rights if not _has(one["path"], one["now"])]
        if not todo and not rights and not index["pending"]:
            return {"state": "hardened", "changed": False, "skipped": []}
        was = [files.entry(one["path"]) for one in todo]
        before = deepcopy(index)
        _note(index, was, todo, rights)
        kept.save(home, index)
        made, done, skipped = list[str](), list[Entry](), list[str]()
        try:
            for one in todo:
                made += files.folders(one["path"])
                files.write(one["path"], one["text"].encode(), one["mode"])
            for one in rights:
                if why := files.rights(one["path"], one["was"], one["now"]):
                    skipped.append(f"{one['path']}: {why}")
                else:
                    done.append(one)
            why = services.refused(reload) or services.reload(reload)
        except OSError as error:
            why = f"{error.filename or ''}: {error.strerror or error}"
        if why:
            _back(was, made, done, reload)
            kept.save(home, before) if before["files"] or before["rights"] else kept.forget(home)
            return {"state": "refused", "reason": why}
        changed = {one["path"] for one in (*before["rights"], *done)}
        index["rights"] = [one for one in index["rights"] if one["path"] in changed]
        kept.save(home, {**index, "folders": [*index["folders"], *made], "pending": False})
        return {"state": "hardened", "changed": bool(todo or done), "skipped": skipped}


def undo(home: str = kept.HOME) -> Answer:
    """Every file, right and folder as it was before the first hardening; refused when somebody changed one since."""
    with kept.alone(home):
        index = kept.load(home)
        if not index["files"] and not index["rights"]:
            return {"state": "undone", "changed": False, "skipped": []}
        moved = [one["path"] for one in index["files"] if not _known(one)]
        if moved:
            return {"state": "refused", "reason": f"{', '.join(moved)}: changed by somebody since it was hardened"}
        now = [files.entry(one["path"]) for one in index["files"]]
        reload = sorted({name for one in index["files"] for name in one["reload"]})
        try:
            for one in index["files"]:
                files.put_back(one)
            skipped = []
            for one in index["rights"]:
                if not os.path.lexists(one["path"]):
                    continue
                if (why := files.rights(one["path"], one["now"], one["was"])) and not _has(one["path"], one["was"]):
                    skipped.append(f"{one['path']}: {why}")
            why = services.refused(reload) or services.reload(reload)
        except OSError as error:
            why = f"{error.filename or ''}: {error.strerror or error}"
        if why:
            _back(now, [], [], reload)
            return {"state": "refused", "reason": why}
        for folder in reversed(index["folders"]):
            with suppress(OSError):  # somebody put something of his own there
                os.rmdir(folder)
        kept.forget(home)
        return {"state": "undone", "changed": True, "skipped": skipped}


def _after(one: Entry) -> str | None:
    return files.digest(one["text"].encode())


def _note(index: Answer, was: list[Entry], todo: list[Entry], rights: list[Entry]) -> None:
    """What is about to change joins what is kept; what is kept already stays as it is."""
    index["pending"] = True
    known = {one["path"]: one for one in index["files"]}
    for entry, one in zip(was, todo, strict=True):
        fresh = {**entry, "reload": one["reload"], "written": []}
        found = known.get(one["path"])
        if found is None:
            index["files"].append(found := fresh)
        found["written"] = [*found["written"][-1:], _after(one)]
    held = {one["path"]: one for one in index["rights"]}
    for one in rights:
        if one["path"] in held:
            held[one["path"]]["now"] = one["now"]
        else:
            index["rights"].append(dict(one))


def _known(one: Entry) -> bool:
    """Whether the file is what was written there, or as it was (an undo that was interrupted)."""
    return files.digest(files.read(one["path"])) in (*one["written"], files.digest(files.content(one)))


def _has(path: str, rights: list[int]) -> bool:
    """Whether a file has these rights already."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return [found.st_mode & 0o7777, found.st_uid, found.st_gid] == rights


def _back(was: list[Entry], made: list[str], done: list[Entry], reload: list[str]) -> None:
    """This run's changes away again; as far as it goes, for the disk may be full."""
    for one in was:
        with suppress(OSError):
            files.put_back(one)
    for one in done:
        files.rights(one["path"], one["now"], one["was"])
    for folder in reversed(made):
        with suppress(OSError):
            os.rmdir(folder)
    if not services.refused(reload):
        services.reload(reload)
