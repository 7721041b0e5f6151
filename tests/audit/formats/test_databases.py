"""Tables of PostgreSQL and MariaDB are read exactly; what does not answer is an error, and no password is shown."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cli_caller import QaSync
from database_servers import PASSWORD, mariadb, postgresql
from msgspec import Struct
from waits import until

from qa_sync.audit.sources import database_url
from qa_sync.audit.sources.database_url import parse_database_url, without_secrets
from qa_sync.audit.sources.open_source import open_source
from qa_sync.errors import NoVerdict, UsageError

NAN = float("nan")
POSTGRESQL: dict[str, tuple[str, str, Any]] = {
    "small": ("smallint", "-32768", -32768),
    "big": ("bigint", "9223372036854775807", 2**63 - 1),
    "money_": ("numeric(60, 20)", "12345678901234567890.10", Decimal("12345678901234567890.10000000000000000000")),
    "numeric_nan": ("numeric", "'NaN'", NAN),
    "real_": ("real", "19.99", Decimal("19.99")),
    "double_": ("double precision", "0.1::float8 + 0.2", Decimal("0.30000000000000004")),
    "double_nan": ("double precision", "'NaN'", NAN),
    "double_inf": ("double precision", "'-Infinity'", float("-inf")),
    "text_": ("text", "' Åse \U0001f642'", " Åse \U0001f642"),
    "char_": ("char(3)", "'a'", "a  "),
    "truth": ("boolean", "true", True),
    "day": ("date", "'12024-01-02'", "12024-01-02"),
    "day_infinite": ("date", "'infinity'", "infinity"),
    "moment": ("timestamp", "'2024-01-02 03:04:05.000001'", "2024-01-02T03:04:05.000001Z"),
    "moment_zone": ("timestamptz", "'2024-07-02 03:04:05+02'", "2024-07-02T01:04:05Z"),
    "moment_far": ("timestamptz", "'12024-01-02 03:04:05+00'", "12024-01-02T03:04:05Z"),
    "moment_old": ("timestamp", "'0044-03-15 00:00:00 BC'", "0044-03-15 00:00:00 BC"),
    "moment_infinite": ("timestamp", "'-infinity'", "-infinity"),
    "clock": ("time", "'24:00:00'", "24:00:00"),
    "duration": ("interval", "'1 month 2 hours'", "P1MT2H"),
    "uuid_": ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "address": ("inet", "'192.168.0.1/24'", "192.168.0.1/24"),
    "bytes_": ("bytea", "'\\xc3a5'", "å"),
    "json_": ("jsonb", '\'{"a": [1.50, null, {"b": "x"}]}\'', {"a": [Decimal("1.50"), None, {"b": "x"}]}),
    "list_": ("numeric[]", "'{1.50,NULL,NaN}'", [Decimal("1.50"), None, NAN]),
    "moments": ("timestamp[]", "'{2024-01-02 03:04:05}'", ["2024-01-02T03:04:05Z"]),
    "range_": ("int4range", "'[1,5)'", "[1,5)"),
    "null_": ("text", "NULL", None),
}
MARIADB: dict[str, tuple[str, str, Any]] = {
    "tiny": ("tinyint(1)", "1", 1),
    "big": ("bigint unsigned", "18446744073709551615", 2**64 - 1),
    "money_": ("decimal(60, 20)", "12345678901234567890.10", Decimal("12345678901234567890.10000000000000000000")),
    "float_": ("float", "16777217", 16777216),
    "float_short": ("float", "19.99", Decimal("19.99")),
    "double_": ("double", "0.1e0 + 0.2e0", Decimal("0.30000000000000004")),
    "text_": ("varchar(50) CHARACTER SET utf8mb4", "' Åse \U0001f642'", " Åse \U0001f642"),
    "day": ("date", "'2024-01-02'", "2024-01-02"),
    "moment": ("datetime(6)", "'2024-01-02 03:04:05.000001'", "2024-01-02T03:04:05.000001Z"),
    "stamp": ("timestamp", "FROM_UNIXTIME(1704164645)", "2024-01-02T03:04:05Z"),
    "clock": ("time", "'-838:59:59'", "-838:59:59"),
    "year_": ("year", "2024", 2024),
    "bits": ("bit(10)", "b'1000000001'", 513),
    "bytes_": ("blob", "x'c3a5'", "å"),
    "choice": ("enum('a', 'b')", "'b'", "b"),
    "null_": ("int", "NULL", None),
}


class Database(Struct, frozen=True):
    """A database: its URL, and how statements are executed in it."""

    url: str
    execute: Callable[[str], object]
    types: dict[str, tuple[str, str, Any]]


def _postgresql() -> Iterator[Database]:
    psycopg = pytest.importorskip("psycopg", reason="pip install 'qa-sync[postgresql]'")
    with postgresql() as server:

        def connected() -> Any:
            try:
                return psycopg.connect(f"{server}/postgres", autocommit=True)
            except psycopg.OperationalError:  # it is starting up
                return None

        with closing(until(connected)) as con:
            yield Database(f"{server}/postgres", con.execute, POSTGRESQL)


def _mariadb() -> Iterator[Database]:
    pymysql = pytest.importorskip("pymysql", reason="pip install 'qa-sync[mysql]'")
    with mariadb() as server:
        port = int(server.rpartition(":")[2])
        given = {
            "host": "127.0.0.1",
            "user": "ann",
            "password": PASSWORD,
            "database": "shop",
            "autocommit": True,
            "charset": "utf8mb4",
        }
        with closing(pymysql.connect(port=port, **given)) as con:
            yield Database(f"{server}/shop", con.cursor().execute, MARIADB)


SERVERS = {"postgresql": _postgresql, "mariadb": _mariadb}


@pytest.fixture(scope="module", params=list(SERVERS))
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from SERVERS[request.param]()


def make(database: Database, name: str, columns: str, rows: Sequence[str]) -> str:
    database.execute(f"DROP TABLE IF EXISTS {name}")
    database.execute(f"CREATE TABLE {name} ({columns})")
    if rows:
        database.execute(f"INSERT INTO {name} VALUES {', '.join(rows)}")  # noqa: S608 - the test's own words
    return f"{database.url}#{name}"


def records(place: str, folder: Path) -> list[tuple[int, dict[str, Any]]]:
    [file] = open_source(place, folder, print).files
    return [(number, dict(data)) for number, data in file.rows()]


@pytest.mark.slow
def test_every_type_is_read_exactly(database: Database, tmp_path: Path) -> None:
    columns = ", ".join(f"{name} {kind}" for name, (kind, _, _) in database.types.items())
    place = make(database, "kinds", columns, [f"({', '.join(value for _, value, _ in database.types.values())})"])
    [(_, found)] = records(place, tmp_path)
    assert {name: repr(value) for name, value in found.items()} == {
        name: repr(wanted) for name, (_, _, wanted) in database.types.items()
    }


@pytest.mark.slow
def test_a_table_is_compared_with_a_file(database: Database, qa_sync: QaSync, tmp_path: Path) -> None:
    rows = [f"({n}, 'Name {n}', {n}.50)" for n in range(12_000)]
    place = make(database, "people", "id integer, name varchar(50), price numeric(8, 2)", rows)
    lines = [f"{n},Name {n},{n}.5" for n in range(12_000)]
    lines[7] = "7,Name 7,7.51"
    (tmp_path / "b.csv").write_text("id,name,price\n" + "\n".join(lines), encoding="utf-8")
    done = qa_sync("audit", "--left", place, "--right", str(tmp_path / "b.csv"), "--key", "id")
    assert done.code == 1, (done.out, done.err)
    assert "1 of 12,000" in done.out
    assert PASSWORD not in done.out + done.err
    assert "#people: " in done.err


@pytest.mark.slow
def test_what_is_wrong_is_told_without_the_password(database: Database, qa_sync: QaSync, tmp_path: Path) -> None:
    place = make(database, "people", "id integer", [])
    shown = without_secrets(database.url)
    for left, code, told in (
        (place, 2, f"{shown}#people: expected records, got an empty table"),
        (f"{database.url}#peple", 2, f"{shown}: there is no table 'peple'"),
        (f"{database.url}?nonsense=1#people", 2, "nonsense"),
        (place.replace(PASSWORD, "wr0ng-pass"), 3, f"{shown}: "),
        (place.replace("/postgres", "/nowhere").replace("/shop", "/nowhere"), 3, "nowhere"),
    ):
        done = qa_sync("audit", "--left", left, "--right", str(tmp_path), "--key", "id")
        assert (done.code, told in done.err) == (code, True), (done.code, done.err)
        assert not any(secret in done.err for secret in (PASSWORD, "wr0ng-pass"))


FUNCTIONS = {
    "postgresql": "CREATE OR REPLACE FUNCTION writing() RETURNS integer LANGUAGE sql AS "
    "'INSERT INTO people VALUES (2) RETURNING 2'",
    "mysql": "CREATE OR REPLACE FUNCTION writing() RETURNS integer MODIFIES SQL DATA "
    "BEGIN INSERT INTO people VALUES (2); RETURN 2; END",
}


@pytest.mark.slow
def test_reading_cannot_write(database: Database, tmp_path: Path) -> None:
    people = make(database, "people", "id integer", ["(1)"])
    database.execute(FUNCTIONS[database.url.partition(":")[0]])
    database.execute("CREATE OR REPLACE VIEW tricky AS SELECT writing() AS id")
    with pytest.raises(NoVerdict, match=r"(?i)read[- ]only"):
        open_source(f"{database.url}#tricky", tmp_path, print)
    database.execute("DROP VIEW tricky")
    assert [data for _, data in records(people, tmp_path)] == [{"id": 1}]


@pytest.mark.slow
def test_one_of_several_tables_must_be_named(database: Database, tmp_path: Path) -> None:
    for name in ("people", "others"):
        make(database, name, "id integer", ["(1)"])
    with pytest.raises(UsageError, match=r"expected one table, found .*others, people"):
        open_source(database.url, tmp_path, print)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_database_that_does_not_answer_is_an_error(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = pytest.importorskip(f"qa_sync.audit.sources.{scheme}")
    monkeypatch.setattr(module, "CONNECT_S", 1)
    if scheme == "postgresql":
        monkeypatch.setattr(module, "ALIVE", {**module.ALIVE, "connect_timeout": 1})
    else:
        monkeypatch.setattr(module, "ANSWER_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        held: list[socket.socket] = []
        thread = Thread(target=lambda: held.append(silent.accept()[0]), daemon=True)
        thread.start()
        with pytest.raises(NoVerdict) as told:
            open_source(f"{scheme}://ann:{PASSWORD}@127.0.0.1:{port}/shop#people", tmp_path, print)
        thread.join()
        held[0].close()
    assert f"{scheme}://127.0.0.1:{port}/shop: " in str(told.value)
    assert PASSWORD not in str(told.value)
    assert told.value.hint == "are host, user and password right?"
    with pytest.raises(NoVerdict, match=rf"{scheme}://127\.0\.0\.1:{port}/shop: "):
        open_source(f"{scheme}://127.0.0.1:{port}/shop#people", tmp_path, print)


def test_the_limits_end_before_half_a_minute() -> None:
    assert database_url.CONNECT_S <= 30
    assert pytest.importorskip("qa_sync.audit.sources.mysql").ANSWER_S <= 30
    alive = pytest.importorskip("qa_sync.audit.sources.postgresql").ALIVE
    assert alive["connect_timeout"] <= 30
    assert alive["keepalives_idle"] + alive["keepalives_interval"] * alive["keepalives_count"] <= 30


@pytest.mark.parametrize("url", ["postgresql://host", "postgresql://host/", "mysql://host/a/b", "mysql://host:x/a"])
def test_a_url_without_a_database_is_told(url: str) -> None:
    with pytest.raises(UsageError, match=url.partition("://")[0]):
        parse_database_url(url)


def test_the_parts_of_a_url_are_unquoted_and_secrets_hidden() -> None:
    url = parse_database_url("postgresql://a%40b:p%3Aw@[::1]:5433/my%20shop?sslmode=require")
    assert (url.user, url.password, url.host, url.port) == ("a@b", "p:w", "::1", 5433)
    assert (url.database, url.options) == ("my shop", {"sslmode": "require"})
    assert url.shown == "postgresql://[::1]:5433/my%20shop"
    assert url.redacted(ValueError("no p:w here\nsecond")) == "no (hidden) here"
