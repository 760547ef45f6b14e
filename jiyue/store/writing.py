"""The ledger's way to commit: the driver's own connection, and no generator's frame around every single record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from jiyue.store.engine import begin_writing, write_at_once

if TYPE_CHECKING:
    from jiyue.store.database import Database

_DRIVER = "jiyue_driver"


def at_once(database: Database, into: str, values: Sequence[object]) -> bool:
    """See `Database.at_once`."""
    try:
        connection = database.take()
        try:
            written = write_at_once(driver_of(connection), database.wait, into, values)
        except BaseException:
            connection.close()
            raise
    except Exception as error:
        if said := database.told(error):
            raise said from error
        raise
    database.give_back(connection)
    return written


class Appending:
    """A writer's transaction; a class, because a generator's frame would weigh in every single commit."""

    __slots__ = ("_asking", "_connection", "_database", "_driver")

    def __init__(self, database: Database, asking: str) -> None:
        self._database, self._asking = database, asking

    def __enter__(self) -> tuple[Any, Any]:
        try:
            self._connection = self._database.take()
            self._driver = driver_of(self._connection)
            try:
                return self._driver, begin_writing(self._driver, self._database.wait, self._asking)
            except BaseException:
                self._give_up()
                raise
        except Exception as error:
            if said := self._database.told(error):
                raise said from error
            raise

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            try:
                self._driver.commit()
            except BaseException as failed:
                self._give_up()
                if said := self._database.told(failed):
                    raise said from failed
                raise
            self._database.give_back(self._connection)
            return
        self._give_up()
        if said := self._database.told(error):
            raise said from error

    def _give_up(self) -> None:
        try:
            self._driver.rollback()
        finally:
            self._connection.close()


def driver_of(connection: Connection) -> Any:
    """The driver's own connection under one that is kept."""
    driver = connection.info.get(_DRIVER)
    if driver is None:
        driver = connection.info[_DRIVER] = connection.connection.driver_connection
    return driver
