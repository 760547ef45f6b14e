"""Where the store is: a path, a `sqlite:////path` URL or a PostgreSQL URL; passwords are never shown."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from inventory.errors import InputError

POSTGRESQL = "postgresql+psycopg"
_NAMES = {"postgres": POSTGRESQL, "postgresql": POSTGRESQL, POSTGRESQL: POSTGRESQL}
_SECRET_OPTIONS = ("password", "sslpassword", "passfile")
EXAMPLE = "write sqlite:////absolute/path/jiyue.db or postgresql://user@host/database"


def store_url(place: str | Path) -> URL:
    """The database URL of a path or a URL text; InputError for a database that this version does not speak."""
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


def has_password(place: str | Path) -> bool:
    """Whether a URL carries a password, which an inventory must not."""
    url = store_url(place)
    return bool(url.password)


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
