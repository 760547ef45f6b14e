"""Secrets never stand in plain settings, ConfigMaps, environment values or Secret objects of a stack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from infra.policy.finding import Stack, Told, rule

NAMED = re.compile(r"(passw|secret|token|credential|private.?key|api.?key)", re.IGNORECASE)
BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
ALLOWED = ("secretName", "automountServiceAccountToken")


@rule(
    "secrets-not-plain",
    clause="8.1.4.7 b)、8.1.4.8 b)",
    fix="refer to a Secret that is made outside of the stack, or write it with `pulumi config set --secret`",
)
def secrets_not_plain(stack: Stack) -> Iterable[Told]:
    """Names that speak of secrets with a value beside them, and anything that looks like a private key."""
    for key, value in stack.settings.items():
        if _tells(key, value):
            yield Told(f"setting {key}", "looks like a secret in plain text")
    for item in stack.of_kind("ConfigMap"):
        for key, value in (item.body.get("data") or {}).items():
            if _tells(key, value):
                yield Told(item.place, f"entry {key} looks like a secret in plain text")
    for item in stack.of_kind("Secret"):
        if item.body.get("data") or item.body.get("stringData"):
            yield Told(item.place, "the stack would carry its value")
    for item, spec in stack.pod_specs():
        for container in spec["containers"]:
            for entry in container.get("env") or ():
                if "value" in entry and _tells(entry["name"], entry["value"]):
                    yield Told(item.place, f"variable {entry['name']} looks like a secret in plain text")


def _tells(key: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        # The engine keeps an encrypted setting as {"secure": ...}.
        return set(value) != {"secure"} and any(_tells(str(name), one) for name, one in value.items())
    text = str(value)
    return bool(text) and key not in ALLOWED and bool(NAMED.search(key) or BLOCK.search(text))
