"""Reads a table of MySQL or MariaDB; the only home of PyMySQL.

Values are taken from the texts that the server sends, because Python's own types do not hold all of them.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from qa_sync.audit.sources.database_url import CONNECT_S, DatabaseUrl
from qa_sync.audit.sources.table_lines import TableRows
from qa_sync.audit.sources.table_names import chosen
from qa_sync.errors import NoVerdict, SystemUnreachable, UsageError, did_you_mean

ANSWER_S: Final = 30
"""Seconds to wait for an answer."""

INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)")
SESSION: Final = ("SET time_zone = '+00:00'", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _instant(text: str) -> str:
    found = INSTANT.fullmatch(text)
    return f"{found[1]}T{found[2]}Z" if found else text


def _single(text: str) -> Decimal:
    """Return the shortest number that names the same 32-bit float."""
    value = float(text)
    short = (f"{value:.{digits}g}" for digits in range(6, 10))
    return Decimal(next((one for one in short if _as_single(float(one)) == value), text))


def _as_single(value: float) -> float:
    found: float = struct.unpack("f", struct.pack("f", value))[0]
    return found


def _bits(data: bytes) -> int:
    return int.from_bytes(data, "big")


WHOLE: Final = ("TINY", "SHORT", "INT24", "LONG", "LONGLONG", "YEAR")
READERS: Final[Mapping[int, Callable[[Any], Any]]] = {
    **{getattr(FIELD_TYPE, name): int for name in WHOLE},
    **dict.fromkeys((FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE), Decimal),
    **dict.fromkeys((FIELD_TYPE.TIMESTAMP, FIELD_TYPE.DATETIME), _instant),
    FIELD_TYPE.JSON: partial(json.loads, parse_float=Decimal),
    FIELD_TYPE.BIT: _bits,
}
"""How the texts of the types are read; those of all others are taken as they are."""


@contextmanager
def opened(url: DatabaseUrl, wanted: str) -> Iterator[TableRows]:
    """Yield a table or view, as of one moment; raises SystemUnreachable, NoVerdict, UsageError."""
    with closing(_connected(url)) as con:
        try:
            with con.cursor() as cursor:
                for statement in SESSION:
                    cursor.execute(statement)
                cursor.execute("SHOW TABLES")
                name = chosen(url.shown, "table", [str(row[0]) for row in cursor.fetchall()], wanted)
                cursor.execute(f"SELECT * FROM {_quoted(name)} LIMIT 0")  # noqa: S608 - quoted
                singles = {str(column[0]): column[1] == FIELD_TYPE.FLOAT for column in cursor.description}
            with con.cursor(SSCursor) as rows:
                rows.execute(f"SELECT {', '.join(map(_selected, singles, singles.values()))} FROM {_quoted(name)}")  # noqa: S608 - quoted
                yield TableRows(name, _numbered(rows, singles))
        except pymysql.Error as error:
            raise NoVerdict(f"{url.shown}: not readable: {url.redacted(error)}") from None


def _selected(column: str, single: bool) -> str:
    # The text of a 32-bit float has six digits, that of a 64-bit one has all.
    return f"{_quoted(column)} + 0e0" if single else _quoted(column)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _numbered(rows: Iterator[tuple[Any, ...]], singles: Mapping[str, bool]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, row in enumerate(rows, 1):
        yield (
            number,
            {
                name: _single(str(value)) if single and value is not None else value
                for (name, single), value in zip(singles.items(), row, strict=True)
            },
        )


def _connected(url: DatabaseUrl) -> Any:
    if unknown := next((key for key in url.options if key != "read_timeout"), None):
        raise UsageError(f"{url.shown}: unknown option {unknown!r}", hint=did_you_mean(unknown, ["read_timeout"]))
    wait = url.options.get("read_timeout", str(ANSWER_S))
    if not wait.isdecimal() or not int(wait):
        raise UsageError(f"{url.shown}: read_timeout: expected seconds, got {wait!r}")
    password = url.password if url.password is not None else os.environ.get("MYSQL_PWD", "")
    try:
        return pymysql.connect(
            host=url.host or "localhost",
            port=url.port or 3306,
            user=url.user,
            password=password,
            database=url.database,
            charset="utf8mb4",
            conv={**encoders, **READERS},
            connect_timeout=CONNECT_S,
            read_timeout=int(wait),
        )
    except (pymysql.Error, OSError) as error:
        text = url.redacted(error)
        raise SystemUnreachable(f"{url.shown}: {text}", hint="are host, user and password right?") from None
