"""The default route is lost."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import STRICT, Family, Hand, Interface, Kind, must, quoted

# A static one is deleted and remembered. A routing daemon would put its own back at once, so that is covered by an
# unreachable one with a better metric.
_LOSE = """\
set -e
for family in {families}; do
    ip {netns} -$family route show default | grep -v '^unreachable' > {folder}/$family || true
    if grep -qE 'proto (ospf|bgp|zebra|19[0-9]|ra)' {folder}/$family; then
        : > {folder}/covered$family
        ip {netns} -$family route add unreachable default metric 1
    elif [ -s {folder}/$family ]; then
        : > {folder}/lost$family
        while ip {netns} -$family route del default 2>/dev/null; do :; done
    fi
done
"""
_FIND = """\
for family in 4 6; do
    if [ -e {folder}/covered$family ]; then
        ip {netns} -$family route del unreachable default metric 1 2>/dev/null || true
    fi
    if [ -e {folder}/lost$family ] && [ -z "$(ip {netns} -$family route show default)" ]; then
        while read -r route; do
            words=$(echo "$route" | sed 's/ linkdown//; s/ dead//; s/ pref [a-z]*//')
            ip {netns} -$family route append $words || exit 1
        done < {folder}/$family
    fi
    rm -f {folder}/covered$family {folder}/lost$family
done
"""
_FAMILIES = {"4": "4", "6": "6", "both": "4 6"}


@dataclass(frozen=True, slots=True)
class NoDefaultRoute:
    """Of which family; `netns` is a named namespace of the host, empty: the host itself."""

    family: Family = "both"
    netns: Interface = ""
    __pydantic_config__ = STRICT


def inject(hand: Hand, params: NoDefaultRoute, folder: str, seed: int) -> None:
    must(hand, _LOSE.format(families=_FAMILIES[params.family], folder=quoted(folder), netns=_space(params)))


def clear(hand: Hand, params: NoDefaultRoute, folder: str) -> None:
    must(hand, _FIND.format(folder=quoted(folder), netns=_space(params)))


def _space(params: NoDefaultRoute) -> str:
    return f"-n {params.netns}" if params.netns else ""


FAULT = Kind(
    "no-default-route",
    NoDefaultRoute,
    notes="the default route of the host is gone",
    fix="it is put back, unless there is another one by then",
    inject=inject,
    clear=clear,
)
