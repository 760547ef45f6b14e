"""nginx configuration as a tree, with the places of its directives; pure, standard library only.

Whoever reads it (the reading on the host, hardening on the controller) sees blocks, arguments and offsets into the text
of one file. What is not nginx gives Broken, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DEEPEST = 40


class Broken(ValueError):
    """The text is no nginx configuration."""


@dataclass
class Directive:
    """One directive: its words, where it begins and ends in its text; a block has `inside`, from `opened` on."""

    name: str
    args: list[str]
    start: int
    end: int = 0
    opened: int = -1
    inside: list[Directive] = field(default_factory=list)

    @property
    def block(self) -> bool:
        """Whether it has braces."""
        return self.opened >= 0


def tokens(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Words, braces and semicolons: (text, start, end, quoted)."""
    at, size = 0, len(text)
    while at < size:
        char = text[at]
        if char.isspace():
            at += 1
        elif char == "#":
            end = text.find("\n", at)
            at = size if end < 0 else end
        elif char in "{};":
            yield char, at, at + 1, False
            at += 1
        elif char in "\"'":
            end = at + 1
            while end < size and text[end] != char:
                end += 2 if text[end] == "\\" else 1
            if end >= size:
                raise Broken(f"a quote that begins at {at} has no end")
            yield text[at + 1 : end], at, end + 1, True
            at = end + 1
        else:
            end = at
            while end < size and not text[end].isspace() and text[end] not in "{};":
                if text[end] == "$" and text[end + 1 : end + 2] == "{":  # ${name} is part of a word
                    end = text.find("}", end)
                    if end < 0:
                        raise Broken("a ${ has no end")
                end += 2 if text[end] == "\\" else 1
            yield text[at:end], at, min(end, size), False
            at = end


def parse(text: str) -> list[Directive]:
    """The directives of one file; Broken when braces do not fit or a directive has no end."""
    root = Directive("", [], 0, opened=0)
    stack, words, begun = [root], list[str](), -1
    for word, start, end, quoted in tokens(text):
        if not quoted and word == ";":
            if words:
                stack[-1].inside.append(Directive(words[0], words[1:], begun, end))
        elif not quoted and word == "{":
            if not words or len(stack) > DEEPEST:
                raise Broken(f"a block at {start} has no name, or too many are inside each other")
            found = Directive(words[0], words[1:], begun, opened=end)
            stack[-1].inside.append(found)
            stack.append(found)
        elif not quoted and word == "}":
            if len(stack) < 2 or words:
                raise Broken(f"the brace at {start} closes nothing")
            stack.pop().end = end
        else:
            begun = start if not words else begun
            words.append(word)
            continue
        words = []
    if len(stack) > 1 or words:
        raise Broken("the text ends inside a block or a directive")
    return root.inside


def walk(found: list[Directive]) -> Iterator[Directive]:
    """Every directive, outer ones first."""
    for one in found:
        yield one
        yield from walk(one.inside)
