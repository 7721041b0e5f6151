"""Numbers that parameters fill in, or that stand as text.

Source: docs/explanation/connector-format-facts.rst, "Values from the environment".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from small_system import OPERATIONS, START, Server, connector

from qa_sync.clock import VirtualClock
from qa_sync.errors import UsageError
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.connectors.numbers import number, whole
from qa_sync.systems.http.retrying.retry_policy import RetryRule
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.clients import _timeout
from qa_sync.systems.rest.live_connection import LiveConnection, open_connection
from qa_sync.systems.rest.rest_system import RestSystem

URL = "https://small.test"
PAGED = {
    "url": "things?at={{ page * page_size }}",
    "method": "GET",
    "next_page_link": "things?at={{ (page + 1) * page_size }}",
    "next_page_termination_strategy": "not-full-page",
}


def paged(**members: Any) -> dict[str, Any]:
    return {**OPERATIONS, "thing-list": {**PAGED, **members}}


def line_to(place: Path, server: Server, env: dict[str, Any], **system: Any) -> LiveConnection:
    made = connector(place, **system)
    out = httpx.MockTransport(server)
    return open_connection("Small", made, URL, {}, clock=VirtualClock(START), redact=Redactor(), env=env, out=out)


@pytest.mark.parametrize("size", [2, "2"])
def test_a_page_has_the_size_that_a_parameter_says(tmp_path: Path, size: Any) -> None:
    server = Server(script=[[{"id": "1"}, {"id": "2"}], [{"id": "3"}]])
    connection = line_to(tmp_path, server, {"n": size}, operations=paged(page_size="$ENV(n)"))
    assert [thing.id for thing in connection.system().list("thing")] == ["1", "2", "3"]
    assert [str(r.url) for r in server.asked] == [f"{URL}/things?at=0", f"{URL}/things?at=2"]


def test_without_a_line_too(tmp_path: Path) -> None:
    server = Server(script=[[{"id": "1"}, {"id": "2"}], []])
    made = connector(tmp_path, operations=paged(page_size="$ENV(n)"))
    system = RestSystem("Small", made, URL, {}, httpx.MockTransport(server), env={"n": 2})
    assert len(list(system.list("thing"))) == len(server.asked) == 2


def test_a_parameter_of_a_pipes_operation_is_requested(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    connector(tmp_path, operations=paged(page_size="$ENV(n)"))
    (folder / "entities.toml").unlink()
    (folder / "templates" / "thing.json").write_text('{"source": {"type": "rest", "operation": "thing-list"}}')
    (folder / "manifest.json").write_text('{"datatypes": {"thing": {"template": "templates/thing.json"}}}')
    assert "n" in load_connector(folder).parameters


def test_times_and_patience_are_filled_in(tmp_path: Path) -> None:
    connection = line_to(
        tmp_path,
        Server(),
        {"short": "1.5", "long": 300, "few": "2"},
        connect_timeout="$ENV(short)",
        read_timeout="$ENV(long)",
        rate_limiting_retries="$ENV(few)",
        rate_limiting_delay="7",
        retry_strategy={"503": {"max_read_retries": "$ENV(few)", "read_retry_delay": "$ENV(long)", "comment": "$5"}},
    )
    assert _timeout(connection.connector.service) == httpx.Timeout(300, connect=1.5)
    assert connection.retry_policy.rules == {429: RetryRule(2, 7), 503: RetryRule(2, 300)}


def test_an_operations_patience_is_filled_in(tmp_path: Path) -> None:
    server = Server(script=[httpx.Response(429), httpx.Response(429), []])
    connection = line_to(tmp_path, server, {"n": 2}, operations=paged(page_size=9, rate_limiting_retries="$ENV(n)"))
    assert list(connection.system().list("thing")) == []
    assert len(server.asked) == 3


@pytest.mark.parametrize("value", ["many", "1.5", -1, True, ""])
def test_what_is_no_number_then_is_reported_with_its_property(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UsageError) as reported:
        line_to(tmp_path, Server(), {"n": value}, operations=paged(page_size="$ENV(n)"))
    text = "page_size of the operation 'thing-list' must be an integer, but the value of $ENV(n) is not"
    assert str(reported.value) == f"Small: {text}"


@pytest.mark.parametrize(
    ("system", "at"),
    [
        ({"connect_timeout": "$ENV(n)"}, "connect_timeout must be a number"),
        ({"retry_strategy": {"503": {"max_read_retries": "$ENV(n)"}}}, "retry_strategy.503.max_read_retries must be"),
    ],
)
def test_of_a_system_too(tmp_path: Path, system: dict[str, Any], at: str) -> None:
    with pytest.raises(UsageError, match=at):
        line_to(tmp_path, Server(), {"n": "soon"}, **system)


def test_a_parameter_without_a_value_is_requested(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs the parameter 'n'"):
        line_to(tmp_path, Server(), {}, operations=paged(page_size="$ENV(n)"))


def test_no_repetition_at_all_can_be_asked_for(tmp_path: Path) -> None:
    connection = line_to(tmp_path, Server(), {}, rate_limiting_retries=0)
    assert connection.retry_policy.rules == {429: RetryRule(0)}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((3, 3), (0.5, 0.5), ("3", 3), ("2.0", 2), ("0.5", 0.5)),
        *(
            ("x", None),
            ("", None),
            ("nan", None),
            ("1e999", None),
            (10**400, None),
            (None, None),
            (True, None),
            ([], None),
        ),
    ],
)
def test_a_number_is_read_however_it_is_written(value: Any, expected: Any) -> None:
    assert (number(value), type(number(value))) == (expected, type(expected))
    assert whole(value) == (expected if isinstance(expected, int) else None)
