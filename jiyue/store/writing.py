"""What stands around every use of a database; classes, because a generator's frame would weigh in every commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

if TYPE_CHECKING:
    from jiyue.store.database import Database

_DRIVER = "jiyue_driver"


class InWords:
    """Failures of the database inside the block, as `Database.told` says them."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and (said := self._database.told(error)):
            raise said from error


class Kept:
    """A writer's connection: kept for the next writer when the block ends well, closed when it does not."""

    __slots__ = ("_connection", "_database")

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Connection:
        self._connection = self._database.take()
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._database.give_back(self._connection)
        else:
            self._connection.close()


def driver_of(connection: Connection) -> Any:
    """The driver's own connection under one that is kept."""
    driver = connection.info.get(_DRIVER)
    if driver is None:
        driver = connection.info[_DRIVER] = connection.connection.driver_connection
    return driver
