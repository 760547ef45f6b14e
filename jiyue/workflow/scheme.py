"""The scheme documents of the current proposals: facts from the store, the inventory and the ledger, then files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jiyue.propose import all_inputs
from jiyue.scheme.gather import gather
from jiyue.scheme.model import Scheme
from jiyue.scheme.write import FORMATS, check_formats, stem, write
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.review import current
from jiyue.workflow.services import Services


@dataclass(frozen=True, slots=True)
class Written:
    """The files of one scheme by format, and which inputs have changed since it was proposed."""

    platform: str
    digest: str
    files: Mapping[str, Path]
    moved: tuple[str, ...]


def facts(services: Services, platform: str, claims: Mapping[str, str], inputs: Mapping[str, str]) -> Scheme:
    """The facts of one platform's current proposal; GateError when there is none or its text is damaged."""
    record = current(services, platform)
    change = services.store.change_set(record.digest)
    return gather(change, services.inventory, claims, record.author, record.created, inputs)


def written(services: Services, platform: str, digest: str) -> bool:
    """Whether every document of this proposal is where `write_schemes` puts it by default."""
    folder = services.space.var / "proposals"
    return all((folder / f"{stem(platform, digest)}.{name}").is_file() for name in FORMATS)


def write_schemes(
    services: Services, platforms: Sequence[str], formats: Sequence[str], into: Path | None, reporter: Reporter
) -> list[Written]:
    """Write the documents of the named platforms; `into` defaults to where the proposals are."""
    wanted = check_formats(formats)
    folder = into if into is not None else services.space.var / "proposals"
    claims = services.prefixes
    inputs = all_inputs(services.inventory, services.space.root)
    # All facts before the first file: a platform without a proposal leaves nothing behind.
    found = [facts(services, platform, claims, inputs) for platform in platforms]
    written = []
    for one in found:
        reporter.now(f"{one.platform} {one.digest[:12]}")
        written.append(Written(one.platform, one.digest, write(one, folder, wanted), one.moved))
    return written
