"""Reads a table of PostgreSQL; the only home of psycopg.

Times are taken as texts, because Python's own types hold neither infinity nor years beyond 9999.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.json import set_json_loads

from qa_sync.audit.sources.database_url import CONNECT_S, DatabaseUrl
from qa_sync.audit.sources.table_lines import TableRows
from qa_sync.audit.sources.table_names import chosen
from qa_sync.errors import NoVerdict, SystemUnreachable, UsageError

ROWS: Final = 5_000
ALIVE: Final[Mapping[str, int]] = {
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that is gone is an error after 30 seconds."""

SETTINGS: Final = "-c datestyle=ISO -c intervalstyle=iso_8601 -c timezone=UTC -c extra_float_digits=1"
TABLES: Final = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_schema, table_name"""

INSTANT: Final = re.compile(r"(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?")


class _Text(Loader):  # type: ignore[misc] # psycopg is optional
    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _Instant(Loader):  # type: ignore[misc] # psycopg is optional
    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        found = INSTANT.fullmatch(text)
        return f"{found[1]}T{found[2]}Z" if found else text  # infinity, or before our era


class _Number(Loader):  # type: ignore[misc] # psycopg is optional
    def load(self, data: Buffer) -> Decimal:
        return Decimal(bytes(data).decode())


LOADERS: Final[Mapping[str, type[Loader]]] = {
    **dict.fromkeys(("date", "time", "timetz", "interval", "uuid", "inet", "cidr"), _Text),
    **dict.fromkeys(("timestamp", "timestamptz"), _Instant),
    **dict.fromkeys(("float4", "float8", "numeric"), _Number),
    **dict.fromkeys(("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"), _Text),
}
"""How values are read that psycopg would not give as JSON has them, or not exactly."""


@contextmanager
def opened(url: DatabaseUrl, wanted: str) -> Iterator[TableRows]:
    """Yield a table or view, as of one moment; raises SystemUnreachable, NoVerdict, UsageError."""
    with _connected(url) as con:
        try:
            name, identifier = _table(con, url, wanted)
            query = sql.SQL("SELECT * FROM {}").format(identifier)
            with con.cursor(name="audit") as cursor:
                cursor.itersize = ROWS
                cursor.execute(query)
                yield TableRows(name, _numbered(cursor))
        except psycopg.Error as error:
            raise NoVerdict(f"{url.shown}: not readable: {url.redacted(error)}") from None


def _table(con: psycopg.Connection[Any], url: DatabaseUrl, wanted: str) -> tuple[str, sql.Identifier]:
    """Return a table, with its schema in the name unless it is on the search path."""
    found = con.execute(TABLES).fetchall()
    path = [row[0] for row in con.execute("SELECT unnest(current_schemas(false))")]
    own = {name: (schema, name) for first in reversed(path) for schema, name in found if schema == first}
    others = {f"{schema}.{name}": (schema, name) for schema, name in found}
    name = wanted if wanted in others else chosen(url.shown, "table", list(own or others), wanted)
    return name, sql.Identifier(*(own | others)[name])


def _numbered(cursor: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    names: Sequence[str] = [column.name for column in cursor.description]
    for number, row in enumerate(cursor, 1):
        yield number, dict(zip(names, row, strict=True))


@contextmanager
def _connected(url: DatabaseUrl) -> Iterator[psycopg.Connection[Any]]:
    try:
        psycopg.conninfo.make_conninfo(**url.options)
    except psycopg.ProgrammingError as error:
        hint = "the options are those of libpq, such as sslmode=require"
        raise UsageError(f"{url.shown}: {url.redacted(error)}", hint=hint) from None
    options = {**ALIVE, "options": SETTINGS, **url.options}
    given = {"host": url.host, "port": url.port, "user": url.user, "password": url.password, "dbname": url.database}
    try:
        con = psycopg.connect(**options, **{key: one for key, one in given.items() if one is not None})
    except psycopg.Error as error:
        raise SystemUnreachable(
            f"{url.shown}: {url.redacted(error)}", hint="are host, user and password right?"
        ) from None
    with con:
        con.read_only, con.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
        for kind, loader in LOADERS.items():
            con.adapters.register_loader(kind, loader)
        set_json_loads(partial(json.loads, parse_float=Decimal), con)
        yield con
