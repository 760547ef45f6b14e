"""A file with something wrong in it: kept whole beside the fault, put back unless somebody replaced it meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from inventory.errors import InputError

from .model import Hand, must, quoted

# The whole file and the hash of the wrong one are there before the file is touched; what was cut off in between is
# neither of the two and goes back as well.
_CHANGE = """\
set -e
mkdir -p {folder}
cp -a {path} {folder}/whole
cat > {folder}/wrong
sha256sum < {folder}/wrong > {folder}/hash
cat {folder}/wrong > {path}
: > {folder}/done
"""
_BACK = """\
test -e {folder}/whole || exit 0
if [ ! -e {folder}/done ] || [ "$(sha256sum < {path})" = "$(cat {folder}/hash)" ]; then
    cat {folder}/whole > {path} || exit 1
fi
rm -f {folder}/whole
"""


def change(hand: Hand, path: str, folder: str, edit: Callable[[str], str], what: str) -> None:
    """Replace the file by what `edit` makes of it; InputError when that is nothing else (`what` is not there)."""
    old = must(hand, f"cat {quoted(path)}")
    new = edit(old)
    if new == old:
        raise InputError(f"lab: {hand.name}", f"{path} has no {what}", "choose one that it has")
    must(hand, _CHANGE.format(path=quoted(path), folder=quoted(folder)), new)


def restore(hand: Hand, path: str, folder: str) -> None:
    """The file as it was; one that was replaced since is left as it is."""
    must(hand, _BACK.format(path=quoted(path), folder=quoted(folder)))
