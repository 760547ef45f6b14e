"""Which paths a site may have; standard library only, because the hosts' own side asks it too."""

from __future__ import annotations

MOST = 1024
"""Bytes of a whole path; the file systems at hand end at 255 for one name."""


def why_not(path: str) -> str:
    """Why a path below a site's root is refused; empty when it is fine."""
    parts = path.split("/")
    if not path or "" in parts:
        return "an empty name, or a path from the root"
    if "." in parts or ".." in parts:
        return "it leads out of the site's folder"
    try:
        raw = path.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if len(raw) > MOST or any(len(part.encode("utf-8")) > 255 for part in parts):
        return "its name is too long"
    if not path.isprintable():
        return "its name has a line end or another control character"
    if "\\" in path:
        return "its name has a backslash"
    return ""
