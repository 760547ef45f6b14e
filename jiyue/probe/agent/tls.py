"""TLS handshakes at an address with the site's name as SNI."""

from __future__ import annotations

import asyncio
import ssl
import time
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .line import Line
from .work import Job, Run, Sample, elapsed, failure

DAY = 86_400


async def tls(job: Job, run: Run) -> Sample:
    """A verified handshake; with `version` (TLSv1, TLSv1.1, ...) an unverified one that offers just that version."""
    started = time.monotonic()
    context = only(job.version) if job.version else run.trust()
    try:
        async with asyncio.timeout(job.timeout):
            line = await Line.open(job.address, job.port, job.family, context, job.name or None)
    except (TimeoutError, OSError, ValueError) as error:
        return failure(error, started)
    try:
        session = line.sock
        assert isinstance(session, ssl.SSLSocket)
        sample = {"state": "ok", "ms": elapsed(started), "version": session.version(), "verified": not job.version}
        certificate = session.getpeercert() or {}
        if certificate:
            sample |= described(certificate, time.time())
        return sample
    finally:
        line.close()


def described(certificate: Mapping[str, Any], now: float) -> Sample:
    """Subject, names and end of a verified certificate; `days` are whole days from `now` (epoch seconds)."""
    end = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    subject = [f"{key}={value}" for part in certificate.get("subject", ()) for key, value in part]
    names = [value for _, value in certificate.get("subjectAltName", ())]
    return {
        "subject": ", ".join(subject),
        "names": names,
        "not_after": datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "days": int((end - now) // DAY),
    }


def only(version: str) -> ssl.SSLContext:
    """A context that offers one protocol version, however old, and trusts anybody: it only asks what is spoken."""
    context = anybody()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        chosen = ssl.TLSVersion[version.replace(".", "_")]
        context.minimum_version = chosen
        context.maximum_version = chosen
    return context


def anybody() -> ssl.SSLContext:
    """A context that trusts anybody and takes every cipher: to look at what is there, never to hand anything over."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context
