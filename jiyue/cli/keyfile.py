"""Naming a private key on the command line; its passphrase never stands there."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from inventory.errors import EnvironmentFailed
from jiyue.i18n import _
from jiyue.review import keys
from jiyue.review.keys import SigningKey

VARIABLE = "JIYUE_KEY_PASSPHRASE"
MAX_BYTES = 1024

KeyFile = Annotated[Path | None, typer.Option("--key", help=_("Private Ed25519 key, NAME.key; the lab has its own."))]
PassphraseFd = Annotated[
    int,
    typer.Option(
        "--passphrase-fd",
        help=_("File descriptor with the key's passphrase; else JIYUE_KEY_PASSPHRASE, else it is asked for."),
    ),
]


def key_of(path: Path, descriptor: int = -1) -> SigningKey:
    """The key of a file NAME.key; EnvironmentFailed when it cannot be read or its passphrase cannot be had."""
    path = path.expanduser()
    return keys.load(path.parent, path.stem, lambda: passphrase(descriptor, str(path)))


def passphrase(descriptor: int, place: str, again: bool = False) -> bytes:
    """The passphrase from the descriptor, the environment or a terminal; EnvironmentFailed when there is none of them.

    With `again` a terminal is asked twice.
    """
    if descriptor >= 0:
        try:
            return os.read(descriptor, MAX_BYTES).removesuffix(b"\n")
        except OSError as error:
            cause = f"descriptor {descriptor} cannot be read: {error.strerror}"
            raise EnvironmentFailed(place, cause, "open it for the command: 3<FILE") from error
    if VARIABLE in os.environ:
        return os.environ[VARIABLE].encode()
    if not sys.stdin.isatty():
        raise EnvironmentFailed(place, "the key has a passphrase", f"give --passphrase-fd or {VARIABLE}")
    first = getpass.getpass(_("Passphrase of {place}: ").format(place=place))
    if again and getpass.getpass(_("Once more: ")) != first:
        raise EnvironmentFailed(place, "the two passphrases differ", "try again")
    return first.encode()
