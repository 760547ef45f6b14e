"""Our own source as an index for the text extractor: modules, their names and imports, classes, and who calls what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

PACKAGES = ("inventory", "ipv6", "infra", "jiyue", "lab", "tests/acceptance")
"""Folders whose texts people read; the acceptance suite is one, since its reasons stand in report and sheet."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One parsed module; `names` are its top-level definitions, `imports` what its local names stand for."""

    name: str
    path: str
    tree: ast.Module

    @cached_property
    def names(self) -> Mapping[str, ast.AST]:
        """Top-level functions, classes and assigned values by name."""
        found: dict[str, ast.AST] = {}
        for node in self.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                found.update({target.id: node.value for target in node.targets if isinstance(target, ast.Name)})
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                found[node.target.id] = node.value
        return found

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Local name to dotted name, for `import a.b` and `from a import b`, at any depth of the module."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
            elif isinstance(node, ast.Import):
                found.update({alias.asname or alias.name: alias.name for alias in node.names})
        return found

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Every node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def function_of(self, node: ast.AST) -> Function | None:
        """The innermost function around a node."""
        at: ast.AST | None = self.parents.get(node)
        while at is not None and not isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef)):
            at = self.parents.get(at)
        return at


@dataclass(frozen=True)
class Index:
    """All modules of the packages, by dotted name."""

    modules: Mapping[str, Module] = field(default_factory=dict)

    def resolve(self, module: Module, dotted: str) -> tuple[Module, ast.AST] | None:
        """What a (dotted) name in `module` stands for, when it is a top-level name of ours."""
        head, _, rest = dotted.partition(".")
        if head in module.names and not rest:
            return module, module.names[head]
        target = module.imports.get(head)
        if target is None:
            return None
        return self._global(f"{target}.{rest}" if rest else target, depth=4)

    def _global(self, dotted: str, depth: int) -> tuple[Module, ast.AST] | None:
        home, _, name = dotted.rpartition(".")
        module = self.modules.get(home)
        if module is None or not depth:
            return None
        if name in module.names:
            return module, module.names[name]
        forwarded = module.imports.get(name)
        return self._global(forwarded, depth - 1) if forwarded else None

    def bases(self, module: Module, node: ast.ClassDef) -> Iterator[tuple[Module, ast.ClassDef]]:
        """The class and our classes it descends from, nearest first."""
        yield module, node
        for base in node.bases:
            found = self.resolve(module, ast.unparse(base))
            if found and isinstance(found[1], ast.ClassDef) and found[1] is not node:
                yield from self.bases(found[0], found[1])

    @cached_property
    def calls(self) -> Mapping[str, tuple[tuple[Module, ast.Call], ...]]:
        """Every call of ours by the last part of the callee's name."""
        found: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    found.setdefault(callee(node).rpartition(".")[2], []).append((module, node))
        return {name: tuple(calls) for name, calls in found.items()}


def callee(call: ast.Call) -> str:
    """The dotted name that is called; empty when it is no plain name."""
    parts, at = [], call.func
    while isinstance(at, ast.Attribute):
        parts.append(at.attr)
        at = at.value
    if isinstance(at, ast.Name):
        parts.append(at.id)
        return ".".join(reversed(parts))
    return parts[0] if parts else ""


def parameters(node: Function) -> list[str]:
    """Names of a function's positional parameters, `self` and `cls` left out."""
    return [arg.arg for arg in (*node.args.posonlyargs, *node.args.args) if arg.arg not in ("self", "cls")]


def read(root: Path) -> Index:
    """Parse every module of the packages below `root`; paths in the index are relative and use `/`."""
    modules = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            relative = path.relative_to(root)
            name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(relative))
            modules[name] = Module(name, relative.as_posix(), tree)
    return Index(modules)


def argument_names(index: Index, module: Module, node: ast.ClassDef) -> tuple[list[str], bool]:
    """Names of a class's constructor arguments in order, and whether it is an exception with none of ours."""
    fields: list[str] = []
    for _place, one in reversed(list(index.bases(module, node))):
        for item in one.body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                fields = parameters(item)
            elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                fields = [name for name in fields if name != item.target.id] + [item.target.id]
    tops = {ast.unparse(base) for _place, one in index.bases(module, node) for base in one.bases}
    return fields, bool(tops & {"Exception", "ValueError", "OSError", "RuntimeError"}) and not fields
