"""What another stack published, read by the engine: a StackReference, whatever backend holds the states."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.runtime.sync_await import _sync_await

ORGANISATION = "organization"
"""The word for it in backends of one's own; the project's name is the stack's."""


def published(stack: str, output: str) -> Any:
    """The value of an output, known before anything else is declared; None when the stack published no such output.

    The program waits for it here instead of passing it on: nothing may be made beside a province that says otherwise,
    and what is made comes from the approved plan alone. The SDK's own data sources wait in the same way.
    """
    reference = pulumi.StackReference(stack, f"{ORGANISATION}/{pulumi.get_project()}/{stack}")
    return _sync_await(reference.get_output_details(output)).value
