"""A strict reader for our YAML: plain data with the line of every key, nothing that a hostile file could abuse.

Refused: anchors, aliases and merge tricks (they can grow without bound), tags (they name types), duplicate keys
(one would win silently), several documents, control characters, deep nesting. Plain scalars become text, whole
numbers, true/false or null after the YAML 1.2 core schema; dates and addresses stay text for the model to parse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

Path = tuple[str | int, ...]
"""Where a value sits in a file: keys and list positions from the top."""

MAX_DEPTH = 12
MAX_NODES = 100_000
_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Bidirectional controls reorder what a reviewer sees, so they are refused like control characters.
_HIDDEN = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF)}
# The parser's own words where they would not help the person who has to mend the file.
_PLAINER = {
    "found character that cannot start any token": "a tab or a reserved character (@ or `) stands here",
    "mapping values are not allowed in this context": "a `key: value` pair stands where none can",
    "did not find expected ',' or ']'": "a list [..] is not closed",
    "did not find expected ',' or '}'": "a group {..} is not closed",
    "did not find expected key": "a key was expected here; check the indentation",
    "could not find expected ':'": "a key without its colon",
}
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a file's text; `line` counts from 1."""

    line: int
    cause: str
    fix: str


@dataclass(slots=True)
class Mapped:
    """A file's content: the plain value, the line of every path in it, and the flaws found on the way."""

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line of the path, or of its nearest known parent; 1 when nothing is known."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1


class _Stop(Exception):
    """Reading on would make no sense; the flaw is already recorded."""


def parse(text: str) -> Mapped:
    """The text as plain data with lines; never raises for bad text, the flaws say what is wrong."""
    result = Mapped()
    reader = _Reader(result)
    try:
        reader.document(yaml.parse(text, Loader=_LOADER))
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        column = f" near column {mark.column + 1}" if mark else ""
        problem = _PLAINER.get(error.problem or "", error.problem or "it cannot be read")
        result.flaws.append(Flaw(mark.line + 1 if mark else 1, f"not valid YAML: {problem}", f"correct it{column}"))
    except yaml.YAMLError:
        # The reader's own error has an offset only; it means a character that YAML does not allow.
        line = next((n for n, row in enumerate(text.split("\n"), 1) if any(map(is_hidden, row.rstrip("\r")))), 1)
        result.flaws.append(Flaw(line, "not valid YAML: it holds a control character", "remove the character"))
    return result


def is_hidden(char: str) -> bool:
    """Whether a character is invisible or reorders text (control, surrogate, bidirectional control)."""
    return char in _HIDDEN or (char != "\t" and unicodedata.category(char) in ("Cc", "Cs"))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Reader:
    """Walks the event stream; recursion is bounded by `MAX_DEPTH`."""

    def __init__(self, result: Mapped) -> None:
        self._result = result
        self._nodes = 0
        self._said: set[str] = set()

    def document(self, events: Iterator[yaml.Event]) -> None:
        """Read exactly one document."""
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._flaw(event, "a second document starts here", "keep one document per file")
                    raise _Stop
            elif isinstance(event, yaml.NodeEvent):
                self._result.lines[()] = _line(event)
                self._result.value = self._node(event, events, ())

    def _flaw(self, event: yaml.Event, cause: str, fix: str, once: str = "") -> None:
        if once and once in self._said:
            return
        self._said.add(once)
        self._result.flaws.append(Flaw(_line(event), cause, fix))

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> object:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._flaw(event, f"more than {MAX_NODES} values", "split the file")
            raise _Stop
        if len(path) > MAX_DEPTH:
            self._flaw(event, f"nested deeper than {MAX_DEPTH} levels", "write it flatter")
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self._flaw(event, "an alias is not allowed", "write the value out", once="alias")
            return None
        if getattr(event, "anchor", None) is not None:
            self._flaw(event, "an anchor is not allowed", "remove it and write the value out", once="anchor")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._flaw(event, "a tag is not allowed", "remove it; the model knows the type", once="tag")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        value: str = event.value
        if event.tag is not None:
            self._flaw(event, "a tag is not allowed", "remove it; the model knows the type", once="tag")
        if any(map(is_hidden, value)):
            self._flaw(event, "a text holds a control character or a line break", "write one line of visible text")
            return ""
        if not event.implicit[0]:
            return value
        if value in _WORDS:
            return _WORDS[value]
        return int(value) if _INT.fullmatch(value) else value

    def _sequence(self, events: Iterator[yaml.Event], path: Path) -> list[object]:
        items: list[object] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            at = (*path, len(items))
            self._result.lines[at] = _line(event)
            items.append(self._node(event, events, at))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                self._flaw(event, "a key is not a plain word", "write `key: value`")
                raise _Stop
            self._scalar(event)  # only for its flaws: a key is always text
            key: str = event.value
            at = (*path, key)
            value = self._node(next(events), events, at)
            if key in found:
                first = self._result.lines[at]
                self._flaw(event, f"key {key[:40]!r} appears twice, first on line {first}", "keep one of the two")
                continue
            self._result.lines[at] = _line(event)
            found[key] = value
        return found
