"""Where the store is: a path, a `sqlite:////path` URL or a PostgreSQL URL; passwords are never shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from inventory.errors import InputError

VARIABLE = "JIYUE_STORE"
POSTGRESQL = "postgresql+psycopg"
_NAMES = {"postgres": POSTGRESQL, "postgresql": POSTGRESQL, POSTGRESQL: POSTGRESQL}
_SECRET_OPTIONS = ("password", "sslpassword", "passfile")
EXAMPLE = "write sqlite:////absolute/path/jiyue.db or postgresql://user@host/database"


def store_url(place: str | Path | URL) -> URL:
    """The database URL of a path or a URL text; InputError for a database that this version does not speak."""
    if isinstance(place, URL):
        return place
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(Path(place).absolute()))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError) as error:
        raise InputError("store", "the URL cannot be read", EXAMPLE) from error
    if url.drivername in _NAMES:
        return _postgresql(url.set(drivername=POSTGRESQL))
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise InputError("store", f"{url.drivername} is no database that the store speaks", EXAMPLE)
    if not url.database or url.database == ":memory:" or url.host or url.query:
        raise InputError("store", "the URL names no file", EXAMPLE)
    return URL.create("sqlite", database=str(Path(url.database).absolute()))


def choose(named: str, default: Path, root: Path, environ: Mapping[str, str], file: str) -> str | Path:
    """Where a store is: JIYUE_STORE, else what the environment's file names, else the default.

    A path is taken from the checkout at `root`. InputError for a password in `file`, where everybody could read it.
    """
    wanted = environ.get(VARIABLE, "") or named
    if not wanted:
        return default
    if "://" not in wanted:
        return root / wanted
    if not environ.get(VARIABLE) and store_url(named).password:
        raise InputError(file, "the URL of the store holds a password", "take it out; use PGPASSFILE or PGPASSWORD")
    return wanted


def shown(url: URL) -> str:
    """What messages may say: the path of a file, or the URL without password and options."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = f"[{url.host}]" if url.host and ":" in url.host else (url.host or str(url.query.get("host", "")))
    port = f":{url.port}" if url.port else ""
    user = f"{url.username}@" if url.username else ""
    return f"postgresql://{user}{host}{port}/{url.database}"


def _postgresql(url: URL) -> URL:
    if not url.database:
        raise InputError("store", "the URL names no database", EXAMPLE)
    for name in _SECRET_OPTIONS:
        if name in url.query:
            raise InputError("store", f"the URL holds {name}", "use PGPASSFILE or PGPASSWORD")
    return url
