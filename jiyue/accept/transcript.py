"""Every raw answer of an acceptance with the question it belongs to: recorded once, played back without a network.

A verdict is a pure function of raw answers, so whoever has the transcript and the answers can compute it again. One
line of JSON per question: `source` (a host, the cluster), `question` (sha256 of what was asked), and either `answer`
(sha256 of the stored bytes) or `problem` (why there is none).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

from jiyue.probe.evidence import Evidence


class NotMeasured(Exception):
    """A source gave no answer; the text says why."""


class Transcript:
    """Asks and records, or plays back from the lines of `path` when `replay` is set.

    Playing back never asks anybody: a question that was not recorded is NotMeasured, an answer whose bytes are gone or
    changed likewise.
    """

    def __init__(self, path: Path, evidence: Evidence, replay: bool = False) -> None:
        self._path, self._evidence, self._replay = path, evidence, replay
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        if replay:
            lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            self._known = {(str(line["source"]), str(line["question"])): line for line in lines}
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")

    def ask(self, source: str, question: bytes, run: Callable[[], bytes]) -> tuple[bytes, str]:
        """The answer and its name; NotMeasured when there is none. `run` asks and may raise NotMeasured."""
        asked = hashlib.sha256(question).hexdigest()
        if self._replay:
            return self._play(source, asked)
        try:
            answer = run()
        except NotMeasured as error:
            self._write({"source": source, "question": asked, "problem": str(error)})
            raise
        name = self._evidence.put(answer)
        self._write({"source": source, "question": asked, "answer": name})
        return answer, name

    def _play(self, source: str, asked: str) -> tuple[bytes, str]:
        line = self._known.get((source, asked))
        if line is None:
            raise NotMeasured(f"{source}: the record has no answer to this question")
        if "answer" not in line:
            raise NotMeasured(line["problem"])
        answer = self._evidence.get(line["answer"])
        if answer is None:
            raise NotMeasured(f"{source}: the recorded answer {line['answer'][:12]} is missing or was changed")
        return answer, line["answer"]

    def _write(self, line: dict[str, str]) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
