"""Write the schemas again: `python -m inventory.schema`."""

from __future__ import annotations

from inventory.schema import folder, schemas


def main() -> None:
    """Replace every schema, each in one step, and remove those that no file has any more."""
    wanted = schemas()
    for name, text in wanted.items():
        fresh = folder() / f".{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder() / name)
    for path in folder().glob("*.json"):
        if path.name not in wanted:
            path.unlink()


if __name__ == "__main__":
    main()
