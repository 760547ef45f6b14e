"""Documentation prefixes outside a lab; the gate of apply refuses them as well."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.change.documentation import documentation
from ipv6.change.findings import Case, Finding, rule


@rule("documentation-prefix", "RFC 9637, RFC 3849")
def documentation_prefix(case: Case) -> Iterator[Finding]:
    """One finding with the first few addresses and their number."""
    if case.change.kind == "lab":
        return
    found = documentation(case.change)
    if found:
        more = ", ..." if len(found) > 3 else ""
        cause = f"{len(found)} documentation addresses: {', '.join(found[:3])}{more}"
        yield Finding("documentation-prefix", "high", case.change.platform, cause)
