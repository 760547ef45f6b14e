"""What the page's script shows on demand, as one JSON island: every text once, sites refer to it by number.

The script only ever puts these texts into text nodes. Here `<`, `>`, `&` and the two line separators are written as
escapes, so that no text can end the element that holds the island.
"""

from __future__ import annotations

import json

from jiyue.report import words
from jiyue.report.model import Page
from jiyue.report.model_site import CauseRow, SiteRow
from jiyue.report.words import Text

_LETTERS = {"pass": "p", "fail": "f", "unknown": "u"}
_STATES = {"full": "f", "part": "p", "lost": "l", "unmeasured": "u"}
HASH = 16
"""Hex digits of a piece of evidence that are shown; enough to find the file."""
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class Pool:
    """Values by number, each once."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._known: dict[object, int] = {}

    def ref(self, key: object, value: object = None) -> int:
        """The number of `key`; `value` is what is kept for it, `key` itself when none is given."""
        if key not in self._known:
            self._known[key] = len(self.values)
            self.values.append(key if value is None else value)
        return self._known[key]


class Island:
    """The island of one page; `text` is ready to stand inside a script element."""

    def __init__(self, page: Page) -> None:
        self._strings, self._texts, self._checks = Pool(), Pool(), Pool()
        indicators = {one.id: [self._text(one.title), one.weight, one.threshold, one.unit] for one in page.indicators}
        sets = {one.id: [self._text(one.title), one.pass_mark] for one in page.sets}
        self._indicators = {id: place for place, id in enumerate(indicators)}
        self._sets = {id: place for place, id in enumerate(sets)}
        sites = {site.name: self._site(site) for row in page.platforms for site in row.sites}
        data = {
            "sites": sites,
            "strings": self._strings.values,
            "texts": self._texts.values,
            "checks": self._checks.values,
            "indicators": list(indicators.values()),
            "sets": list(sets.values()),
            "owners": {key: list(pair) for key, pair in words.OWNERS.items()},
            "layers": {key: list(pair) for key, pair in words.LAYERS.items()},
            "standings": {key: list(pair) for key, pair in words.STANDINGS.items()},
        }
        spelt = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        self.text = spelt.translate(_ESCAPES)

    def _site(self, site: SiteRow) -> list[object]:
        results = [
            [
                self._check(one.check),
                _LETTERS[one.word],
                self._strings.ref(one.layer),
                self._strings.ref(one.owner),
                self._strings.ref(one.standing),
                [self._text(why) for why in one.reasons],
                [self._text(note) for note in one.notes],
                [self._strings.ref(name[:HASH]) for name in one.evidence],
            ]
            for one in site.results
        ]
        items = [
            [
                self._indicators[one.id],
                _STATES.get(one.state, "u"),
                one.earned,
                one.value,
                [self._check(name) for name in one.checks],
            ]
            for one in site.items
            if one.id in self._indicators
        ]
        sets = [[self._sets[one.id], one.score, one.measured, one.cured] for one in site.sets if one.id in self._sets]
        return [results, sets, items, [self._cause(one) for one in site.causes]]

    def _cause(self, one: CauseRow) -> list[object]:
        return [
            self._check(one.check),
            self._strings.ref(one.layer),
            self._strings.ref(one.owner),
            [self._text(why) for why in one.reasons],
            [self._check(name) for name in one.explains],
            one.points,
            self._text(one.fix),
            [self._strings.ref(line) for line in one.commands],
            [self._strings.ref(name) for name in one.targets],
            [[self._strings.ref(place), line, self._strings.ref(old), self._strings.ref(new)]
             for place, line, old, new in one.edits],
        ]  # fmt: skip

    def _check(self, id: str) -> int:
        return self._checks.ref(id, self._text(words.check(id)))

    def _text(self, text: Text) -> int:
        return self._texts.ref(text, [text.zh] if text.zh == text.en else [text.zh, text.en])
