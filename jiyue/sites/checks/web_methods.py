"""TRACE is off: it gives a request's headers, cookies among them, back to whoever made the browser ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import number, text
from jiyue.sites import web
from jiyue.sites.check import check, last
from jiyue.sites.model import Seen, Target


def _probes(target: Target) -> tuple[Probe, ...]:
    return tuple(replace(probe, kind="trace") for probe in web.homes(target))


@check("web-methods", finds=("method-trace",))
class WebMethods:
    """Asked of both ports."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """TRACE with TLS and without."""
        return _probes(target)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """A server that answers it with 200; a port that answers nothing has no TRACE either."""
        for probe in _probes(target):
            sample = last(answers.get(probe))
            where = f"TRACE {web.url_of(probe)}"
            if isinstance(sample, str):
                yield Seen("method-trace", target.name, f"{where}: not measured: {sample}", unknown=True)
            elif text(sample, "state") == "ok" and number(sample, "status") == 200:
                yield Seen("method-trace", target.name, f"{where}: status 200")
            elif not web.answered(sample) and text(sample, "state") not in web.NOTHING:
                yield Seen(
                    "method-trace", target.name, f"{where}: not measured: {text(sample, 'state')[:40]}", unknown=True
                )
