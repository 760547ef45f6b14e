"""The TSIG key that record sets are published with; its secret never leaves memory but for the MAC it makes."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inventory.errors import EnvironmentFailed, InputError

VARIABLE = "JIYUE_DNS_KEY"
"""`algorithm:name:secret`, as kdig and nsupdate write it; goes before the file."""
NAME, ALGORITHM = "jiyue-update", "hmac-sha256"
_ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\.?")
_LEAST = 16


@dataclass(frozen=True, slots=True)
class TsigKey:
    """Name, secret (base64) and algorithm (RFC 8945); the secret is in no repr."""

    name: str
    secret: str = field(repr=False)
    algorithm: str = ALGORITHM


def load_key(path: Path, environ: Mapping[str, str]) -> TsigKey:
    """The key of `JIYUE_DNS_KEY`, else the secret in `path`, which only its owner may read.

    EnvironmentFailed when there is none or the file is open to others; InputError for a text that is no key.
    """
    if given := environ.get(VARIABLE):
        algorithm, _, rest = given.partition(":")
        name, _, secret = rest.partition(":")
        return _checked(VARIABLE, algorithm, name, secret)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(4096).decode("ascii", "replace").strip()
    except OSError as error:
        fix = f"put the secret there with mode 0600, or into {VARIABLE}"
        raise EnvironmentFailed(str(path), f"the key for publishing names: {error.strerror}", fix) from error
    if stat.S_IMODE(mode) & 0o077:
        raise EnvironmentFailed(str(path), "others may read the key for publishing names", f"chmod 600 {path}")
    return _checked(str(path), ALGORITHM, NAME, text)


def _checked(place: str, algorithm: str, name: str, secret: str) -> TsigKey:
    """No message repeats what was given: it may be the secret."""
    fix = f"write {ALGORITHM}:{NAME}:SECRET with a base64 secret of at least {_LEAST} bytes"
    if algorithm not in _ALGORITHMS or not _NAME.fullmatch(name):
        raise InputError(place, "it is no TSIG key: algorithm or name cannot be used", fix)
    try:
        data = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(place, "the secret is not base64", fix) from None
    if len(data) < _LEAST:
        raise InputError(place, f"the secret has {len(data)} bytes", fix)
    return TsigKey(name, secret, algorithm)
