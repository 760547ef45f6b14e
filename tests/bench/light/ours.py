"""Our side as a program of its own, start-up and rendering included: `change`, or `nothing` to change.

python -m tests.bench.light.ours change|nothing SSH_CONFIG WORK COUNT ROUTERS
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from ipv6.apply import payload
from ipv6.apply.payload import Wanted
from ipv6.apply.transport import AnsibleTransport
from ipv6.ports import DeviceResult
from tests.bench.light.hosts import hosts
from tests.bench.light.texts import Texts

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
TIMER = 600


def main() -> int:
    """0 when every host came out as it should."""
    what, config, work, count, routers = sys.argv[1:]
    transport = AnsibleTransport(Path(config), Path(work), PLAYBOOKS)
    texts = Texts()
    changes = [texts.change(one) for one in hosts(int(count), int(routers))]
    if what == "change":
        digest = hashlib.sha256(repr(changes).encode()).hexdigest()
        committed = transport.run([payload.commit(one, digest, TIMER) for one in changes], "commit")
        _demand(committed, "committed")
        _demand(
            transport.run([payload.order("confirm", one.device, digest) for one in changes], "confirm"), "confirmed"
        )
        return 0
    known = {(one.device, each.driver, each.object): each.intended_hash for one in changes for each in one.sections}
    wanted = [Wanted(one.device, tuple((each.driver, each.object) for each in one.sections)) for one in changes]
    asked = [payload.observe(one, known) for one in wanted]
    answers = transport.run(asked, "nothing")
    _demand(answers, "observed")
    moved = [one.device for one in answers for each in (one.data or {})["sections"] if "text" in each]  # type: ignore[attr-defined]
    if moved:
        raise SystemExit(f"not as intended: {moved}")
    return 0


def _demand(results: Iterable[DeviceResult], state: str) -> None:
    wrong = [f"{one.device}: {one.state}: {one.reason}" for one in results if one.state != state]
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
