"""The Kubernetes API from a kubeconfig: client certificates over TLS, reads, and one small write for adopting."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import ssl
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from infra.live import Absent
from inventory.errors import EnvironmentFailed

TIMEOUT = 30.0
BUSY = (http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE)
"""Answers of a server that has just started, or has too much to do: nothing was done, the same question may follow."""
PATIENCE, PAUSE = 15.0, 0.5
FIX = "check KUBECONFIG and that the control plane runs"


class ApiServer:
    """The API server of one kubeconfig context; only certificates are understood, anything else is an error."""

    def __init__(self, kubeconfig: Path, context: str) -> None:
        self._place = f"{kubeconfig} ({context})"
        try:
            config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
            chosen = _named(config["contexts"], context, "context")
            cluster = _named(config["clusters"], chosen["cluster"], "cluster")
            user = _named(config["users"], chosen["user"], "user")
            url = urlsplit(cluster["server"])
            self.host, self.port = str(url.hostname), url.port or 443
            authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
            self.tls = ssl.create_default_context(cadata=authority)
            self._load(user)
        except FileNotFoundError:
            raise EnvironmentFailed(str(kubeconfig), "does not exist", FIX) from None
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            raise EnvironmentFailed(self._place, f"cannot be used ({error!r:.120})", FIX) from error
        self._connection: http.client.HTTPSConnection | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://{self.host}:{self.port}"

    def get(self, path: str) -> Mapping[str, Any]:
        """One GET as JSON; EnvironmentFailed when it does not answer 200, Absent when that is 404.

        A server that is busy (429, 503) is asked again for `PATIENCE` seconds: kinds that came with a definition
        answer 503 for a moment after a start, when the server itself already says that it is ready.
        """
        found: Mapping[str, Any] = json.loads(self._asked("GET", path))
        return found

    def own(self, path: str, entries: list[Mapping[str, Any]]) -> None:
        """Let an object's fields belong to the owners in `entries` only (metadata.managedFields); no value changes."""
        self._asked("PATCH", path, json.dumps({"metadata": {"managedFields": entries}}))

    def _asked(self, method: str, path: str, body: str | None = None) -> bytes:
        end = time.monotonic() + (PATIENCE if method == "GET" else 0.0)
        while True:
            status, text = self._once(method, path, body)
            if status == http.client.OK:
                return text
            if status == http.client.NOT_FOUND:
                raise Absent(self._place, f"{path} answers {status}", FIX)
            if status not in BUSY or time.monotonic() >= end:
                raise EnvironmentFailed(self._place, f"{path} answers {status}", FIX)
            time.sleep(PAUSE)

    def _once(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        headers = {"Accept": "application/json", "Content-Type": "application/merge-patch+json"}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(self.host, self.port, timeout=TIMEOUT, context=self.tls)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise EnvironmentFailed(self._place, f"does not answer ({error})", FIX) from error

    def close(self) -> None:
        """End the connection; the next call makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _load(self, user: Mapping[str, Any]) -> None:
        """The client's certificate; the ssl module takes it from a file only, which lives for this call."""
        pem = base64.b64decode(user["client-certificate-data"]) + b"\n" + base64.b64decode(user["client-key-data"])
        handle, name = tempfile.mkstemp()
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pem)
            self.tls.load_cert_chain(name)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()


def _named(entries: list[dict[str, Any]], name: str, kind: str) -> dict[str, Any]:
    for entry in entries:
        if entry["name"] == name:
            found: dict[str, Any] = entry[kind]
            return found
    raise KeyError(f"no {kind} {name}")
