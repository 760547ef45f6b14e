"""What an expression can say: an f-string becomes a template with named placeholders, names are followed.

This is a small reader of our own source, not an interpreter: what it cannot follow becomes a placeholder.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jiyue.i18n_index import Function, Index, Module, callee, parameters
from jiyue.i18n_pieces import THROUGH, Pieces, Slot, filled_later, literal, slot_name

_MOST = 200


@dataclass
class Reader:
    """Reads texts out of expressions; `nested` gathers texts that stand inside the placeholders of others."""

    index: Index
    nested: list[tuple[Module, Pieces]] = field(default_factory=list)
    _open: set[int] = field(default_factory=set)
    _known: dict[int, list[Pieces]] = field(default_factory=dict)

    def texts(self, module: Module, node: ast.AST | None) -> list[Pieces]:
        """Every text the expression may be; a text that is only a placeholder says nothing and is left out."""
        return [pieces for pieces in self._texts(module, node) if any(isinstance(part, str) for part in pieces)]

    def _texts(self, module: Module, node: ast.AST | None) -> list[Pieces]:
        if node is None or id(node) in self._open:
            return []
        if id(node) in self._known:
            return self._known[id(node)]
        self._open.add(id(node))
        try:
            found = list(dict.fromkeys(itertools.islice(self._read(module, node), _MOST)))
        finally:
            self._open.discard(id(node))
        self._known[id(node)] = found
        return found

    def _read(self, module: Module, node: ast.AST) -> Iterator[Pieces]:
        match node:
            case ast.Constant(value=str(text)):
                yield tuple(literal(text))
            case ast.JoinedStr(values=values):
                yield self._joined(module, values)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                if _is_list(left) or _is_list(right):
                    yield from (*self._texts(module, left), *self._texts(module, right))
                else:
                    for one, two in itertools.product(self._side(module, left), self._side(module, right)):
                        yield one + two
            case ast.BinOp(left=ast.Constant(), op=ast.Mult()):
                yield from self._texts(module, node.left)
            case ast.IfExp(body=body, orelse=orelse):
                yield from (*self._texts(module, body), *self._texts(module, orelse))
            case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
                for value in values:
                    yield from self._texts(module, value)
            case ast.Dict(values=values):
                for value in values:
                    yield from self._texts(module, value)
            case ast.GeneratorExp(elt=value) | ast.ListComp(elt=value) | ast.SetComp(elt=value):
                yield from self._texts(module, value)
            case ast.Starred(value=value) | ast.NamedExpr(value=value) | ast.Subscript(value=value):
                yield from self._texts(module, value)
            case ast.Name(id=name):
                yield from self._name(module, node, name)
            case ast.Attribute():
                found = self.index.resolve(module, ast.unparse(node))
                if found and not isinstance(found[1], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    yield from self._texts(*found)
            case ast.Call():
                yield from self._call(module, node)

    def _side(self, module: Module, node: ast.expr) -> list[Pieces]:
        """One side of a `+`: texts that stand there stay, what comes from elsewhere becomes a placeholder."""
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.IfExp, ast.BinOp)):
            return self._texts(module, node) or [(Slot(slot_name(node)),)]
        self.nested.extend((module, text) for text in self.texts(module, node))
        return [(Slot(slot_name(node)),)]

    def _joined(self, module: Module, values: Sequence[ast.expr]) -> Pieces:
        pieces: list[str | Slot] = []
        for value in values:
            if isinstance(value, ast.FormattedValue):
                pieces.append(Slot(slot_name(value.value)))
                self.nested.extend((module, text) for text in self.texts(module, value.value))
            elif isinstance(value, ast.Constant):
                pieces.extend(literal(str(value.value)))
        return tuple(pieces)

    def _name(self, module: Module, node: ast.Name, name: str) -> Iterator[Pieces]:
        function = module.function_of(node)
        at: Function | None = function
        while at is not None:
            bound = list(_bindings(at, name))
            for value in bound:
                yield from self._texts(module, value)
            if name in parameters(at) or name in [arg.arg for arg in at.args.kwonlyargs]:
                yield from self._arguments(module, at, name)
                return
            if bound:
                return
            at = module.function_of(at)
        found = self.index.resolve(module, name)
        if found and not isinstance(found[1], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield from self._texts(*found)

    def _arguments(self, module: Module, function: Function, name: str) -> Iterator[Pieces]:
        """What callers hand in as the parameter `name`."""
        names = parameters(function)
        for place, call in self.index.calls.get(function.name, ()):
            found = self.index.resolve(place, callee(call))
            if (found[1] if found else None) is function or (place is module and found is None):
                for text in self._texts(place, argument(call, name, names)):
                    if any(isinstance(part, str) for part in text):
                        yield text

    def _call(self, module: Module, node: ast.Call) -> Iterator[Pieces]:
        name = callee(node).rpartition(".")[2]
        if isinstance(node.func, ast.Attribute):
            base = node.func.value
            if name == "join" and node.args:
                yield from self._texts(module, node.args[0])
                return
            if name == "format":
                yield from (filled_later(text) for text in self._texts(module, base))
                return
            if name in THROUGH - {"fromkeys", "chain"}:
                yield from self._texts(module, base)
                return
        found = self.index.resolve(module, callee(node))
        if found is None and name in module.names and callee(node) == name:
            found = module, module.names[name]
        if found and isinstance(found[1], (ast.FunctionDef, ast.AsyncFunctionDef)):
            for value in _results(found[1]):
                yield from self._texts(found[0], value)
        elif name in THROUGH:
            for argument_ in node.args:
                yield from self._texts(module, argument_)


def argument(call: ast.Call, name: str, names: Sequence[str]) -> ast.expr | None:
    """The expression a call hands in for the parameter `name`, given the positional names."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    position = names.index(name) if name in names else -1
    if 0 <= position < len(call.args) and not any(isinstance(arg, ast.Starred) for arg in call.args[: position + 1]):
        return call.args[position]
    return None


def _bindings(function: Function, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _bound(target, value, name)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _bound(target, value, name)
            case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield from _bound(target, value, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr=method), args=[value, *_]):
                if found == name and method in ("append", "extend", "add", "insert", "appendleft"):
                    yield value


def _bound(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name):
        if target.id == name:
            yield value
    elif isinstance(target, (ast.Tuple, ast.List)):
        names = [item.id if isinstance(item, ast.Name) else "" for item in target.elts]
        if name in names:
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(names):
                yield value.elts[names.index(name)]
            else:
                yield value


def _results(function: Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None:
            yield node.value


def _is_list(node: ast.AST) -> bool:
    return isinstance(node, (ast.List, ast.Tuple, ast.ListComp)) or (
        isinstance(node, ast.BinOp) and (_is_list(node.left) or _is_list(node.right))
    )
