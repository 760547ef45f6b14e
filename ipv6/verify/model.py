"""What a check asks and says: probes, answers, verdicts; all of it plain values (nothing here measures anything)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Family: TypeAlias = Literal[4, 6]
FAMILIES: tuple[Family, Family] = (4, 6)


@dataclass(frozen=True, slots=True)
class Probe:
    """One measurement from one place over one family, and the key under which its answer is found.

    `vantage` is a host of the SSH configuration, `netns` a named network namespace inside it. `kind` is one of `dns`,
    `walk`, `tcp`, `udp`, `ping`, `tls`, `http`, `visit`, `timing`, `race`, `mtu`, `facts`. `address` empty means:
    resolve `name` at the vantage's own resolver (for `dns`: ask that resolver). `timeout` is in seconds for each
    sample. Up to `samples` are taken, and no more than it takes to see `need` of them succeed or fail; all of them
    when `need` is 0. `size` is in bytes, for probes that send packets of a given size. `alone` asks for a time that is
    not the prober's own queue: such probes run last and few at once.
    """

    vantage: str
    kind: str
    family: Family
    address: str = ""
    port: int = 0
    name: str = ""
    netns: str = ""
    qtype: str = ""
    path: str = "/"
    tls: bool = False
    version: str = ""
    timeout: float = 4.0
    samples: int = 1
    need: int = 1
    size: int = 0
    alone: bool = False

    def __hash__(self) -> int:
        """Of what probes differ in most; they are looked up often."""
        return hash((self.vantage, self.kind, self.family, self.address, self.port, self.name, self.qtype, self.path))

    def data(self) -> dict[str, object]:
        """The probe as JSON-able data."""
        return {name: getattr(self, name) for name in self.__slots__}

    @property
    def target(self) -> str:
        """`[address]:port` or the name, as a person writes it."""
        host = self.address or self.name
        host = f"[{host}]" if ":" in host else host
        return f"{host}:{self.port}" if self.port else host


Sample: TypeAlias = Mapping[str, object]
"""One measurement's outcome; always has `state`, mostly `ms`; the rest depends on the probe's kind."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one probe. `problem` is why nothing was measured; then there are no samples.

    `evidence` is the sha256 (hex) of the stored raw answer it was read from.
    """

    samples: tuple[Sample, ...] = ()
    problem: str = ""
    evidence: str = ""


Answers: TypeAlias = Mapping[Probe, Answer]


@dataclass(frozen=True, slots=True)
class Pass:
    """Measured and good; `notes` say what was seen."""

    notes: tuple[str, ...] = ()
    word = "pass"


@dataclass(frozen=True, slots=True)
class Fail:
    """Measured and not good; every reason names address, port, status or size. Never without a reason."""

    reasons: tuple[str, ...]
    word = "fail"

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a Fail needs at least one reason")


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not measured (未检测); never green."""

    why: str
    word = "unknown"


Verdict: TypeAlias = Pass | Fail | Unknown


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's verdict about one subject; `evidence` are names of stored raw answers.

    `about` is the subject's kind (site, zones, extranet, shared), `values` are numbers that indicators compare.
    `standing` says what earlier runs make of it (`ipv6.verify.standing`); empty when nobody looked.
    """

    check: str
    platform: str
    subject: str
    layer: str
    owner: str
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    about: str = "site"
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
    standing: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not green; empty for a Pass."""
        match self.verdict:
            case Fail(reasons):
                return reasons
            case Unknown(why):
                return (why,)
            case _:
                return ()

    @staticmethod
    def read(data: Mapping[str, Any]) -> CheckResult:
        """A stored result; KeyError or TypeError for what is none. An unknown verdict counts as not measured."""
        reasons, word = tuple(str(one) for one in data["reasons"]), data["verdict"]
        verdict: Verdict = Unknown(reasons[0] if reasons else "no reason was kept")
        if word == Pass.word:
            verdict = Pass(tuple(str(one) for one in data.get("notes", ())))
        elif word == Fail.word and reasons:
            verdict = Fail(reasons)
        id, platform, subject, layer, owner = (
            str(data[name]) for name in ("check", "platform", "subject", "layer", "owner")
        )
        evidence, about = tuple(str(one) for one in data.get("evidence", ())), str(data.get("about", "site"))
        values = {str(name): float(value) for name, value in dict(data.get("values", {})).items()}
        standing = str(data.get("standing", ""))
        return CheckResult(id, platform, subject, layer, owner, verdict, evidence, about, values, standing)

    def data(self) -> dict[str, object]:
        """JSON-able form, as stored and reported."""
        notes = self.verdict.notes if isinstance(self.verdict, Pass) else ()
        return {
            "check": self.check,
            "platform": self.platform,
            "subject": self.subject,
            "layer": self.layer,
            "owner": self.owner,
            "verdict": self.verdict.word,
            "reasons": list(self.reasons),
            "notes": list(notes),
            "evidence": list(self.evidence),
            "about": self.about,
            "values": dict(self.values),
            "standing": self.standing,
        }
