"""Ansible callback: every host's result becomes one appended line (`ipv6.apply.events`), nothing is printed."""

from __future__ import annotations

import os
from typing import Any

from ansible.plugins.callback import CallbackBase

from ipv6.apply import events

OWN = "jiyue_programs"
DOCUMENTATION = """
name: jiyue_events
type: stdout
short_description: results as lines of JSON
description: Appends one line per result to the file that JIYUE_EVENTS names.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Results only; what Ansible itself complains of goes to its standard error as always."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "jiyue_events"

    def __init__(self) -> None:
        super().__init__()
        self._sink = events.Sink(os.environ[events.VARIABLE])

    def _add(self, kind: str, result: Any) -> None:
        self._sink.add(kind, result._host.get_name(), result._result)

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task that went well; our own action has told of every host already."""
        if result._task.action != OWN:
            self._add("runner_on_ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._add("runner_on_failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host that was not reached."""
        self._add("runner_on_unreachable", result)
