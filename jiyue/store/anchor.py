"""The newest head of the ledger that this machine has seen, in a file beside the store: a ledger never gets shorter."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed

SCHEMA = "jiyue/ledger-head/1"
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Head:
    """The ledger after `count` records, the last of which has this hash (hex sha256)."""

    count: int
    hash: str

    @property
    def data(self) -> dict[str, Any]:
        """The head as JSON, to be kept or signed elsewhere."""
        return {"schema": SCHEMA, "count": self.count, "hash": self.hash}

    def __str__(self) -> str:
        return f"{self.count}:{self.hash}"


class Anchor:
    """Reads and writes the file; raises EnvironmentFailed when it is there and unusable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: Head | None = None
        self._next = 0.0

    def seen(self, count: int, value: str) -> None:
        """Keep the head of a ledger that was followed; in a burst of commits once a second, an older one is as true."""
        if time.monotonic() >= self._next and (head := Head(count, value)) != self._kept:
            self.write(head)

    def read(self) -> Head | None:
        """The head last seen; None when this machine has not seen the ledger."""
        try:
            data = json.loads(self.path.read_bytes()[:4096])
            if data["schema"] != SCHEMA or not isinstance(data["count"], int) or not isinstance(data["hash"], str):
                raise ValueError("wrong content")
            return Head(data["count"], data["hash"])
        except FileNotFoundError:
            return None
        except OSError as error:
            cause = f"the ledger's head cannot be read: {error.strerror}"
            raise EnvironmentFailed(str(self.path), cause, "give this user the file") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            cause = "the file does not hold the ledger's head"
            raise EnvironmentFailed(str(self.path), cause, "look why, then run: jiyue store verify --accept") from error

    def write(self, head: Head) -> None:
        """Keep a head. Not forced to disk: after a power cut an older one is there, which is as true."""
        try:
            write_whole(self.path, json.dumps(head.data) + "\n", 0o600, durable=False)
            self._kept, self._next = head, time.monotonic() + SECONDS
        except OSError as error:
            cause = f"the ledger's head cannot be written: {error.strerror}"
            raise EnvironmentFailed(str(self.path), cause, "give this user the folder and some space") from error
