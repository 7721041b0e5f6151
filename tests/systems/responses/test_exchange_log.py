"""What a system was asked lately: bounded, apart by thread, without secrets."""

from __future__ import annotations

from threading import Thread

import httpx
import pytest

from qa_sync.systems.redaction import HIDDEN, Redactor
from qa_sync.systems.responses.exchange_log import MAX_BODY_BYTES, MAX_EXCHANGES, SHOWN_CHARACTERS, ExchangeLog
from qa_sync.systems.system import ExchangeSummary

URL = "https://shop.example.test/clients"


def asked(exchange_log: ExchangeLog, path: str, answer: str = "{}", *, method: str = "GET", sent: str = "") -> None:
    exchange_log.note(httpx.Request(method, f"{URL}{path}", content=sent.encode()), httpx.Response(200, text=answer))


def urls(found: tuple[ExchangeSummary, ...]) -> list[str]:
    return [f"{one.method} {one.url.removeprefix(URL)}" for one in found]


@pytest.fixture
def exchange_log() -> ExchangeLog:
    return ExchangeLog("Shop", Redactor(["s3cret-key"]))


def test_the_last_exchanges_about_a_record_are_reported_the_oldest_first(exchange_log: ExchangeLog) -> None:
    asked(exchange_log, "/17", method="PUT", sent='{"id":"17","name":"a"}')
    asked(exchange_log, "/170")
    for n in range(3):
        asked(exchange_log, "/17", f"look {n}")
    asked(exchange_log, "?since=1", '[{"id":"9"}]')
    found = exchange_log.mentioning({"17"})
    assert urls(found) == ["PUT /17", "GET /17"]
    assert found[1] == ExchangeSummary("Shop", "GET", f"{URL}/17", "", 200, "look 2")


def test_a_record_is_found_in_what_was_sent_and_answered(exchange_log: ExchangeLog) -> None:
    asked(exchange_log, "/search", method="POST", sent='{"ids":["x-1"]}')
    asked(exchange_log, "", '[{"id": "x-2"}]')
    assert urls(exchange_log.mentioning({"x-1"})) == ["POST /search"]
    assert urls(exchange_log.mentioning({"x-2"})) == ["GET "]


def test_without_a_record_the_very_last_exchange_is_reported(exchange_log: ExchangeLog) -> None:
    assert exchange_log.mentioning(()) == ()
    asked(exchange_log, "/1")
    asked(exchange_log, "/2")
    assert urls(exchange_log.mentioning(())) == urls(exchange_log.mentioning({"unheard-of"})) == ["GET /2"]


def test_what_no_one_answered_is_reported(exchange_log: ExchangeLog) -> None:
    exchange_log.note(httpx.Request("GET", f"{URL}/1"), None)
    assert exchange_log.mentioning({"1"}) == (ExchangeSummary("Shop", "GET", f"{URL}/1", "", None, ""),)


def test_nothing_secret_is_reported_even_where_a_text_is_cut(exchange_log: ExchangeLog) -> None:
    filler = "x" * (SHOWN_CHARACTERS - 4)
    asked(exchange_log, "/1?key=s3cret-key", f"{filler}s3cret-key {filler}", method="PUT", sent='{"k":"s3cret-key"}')
    (found,) = exchange_log.mentioning(())
    assert "s3c" not in repr(found)
    assert HIDDEN in found.url
    assert found.answer.endswith(f" ... ({len(filler) * 2 + len(HIDDEN) + 1} characters)")
    assert len(found.answer) < SHOWN_CHARACTERS + 40


def test_what_is_kept_has_bounds(exchange_log: ExchangeLog) -> None:
    asked(exchange_log, "/first")
    for n in range(MAX_EXCHANGES):
        asked(exchange_log, f"/{n}", "y" * (MAX_BODY_BYTES + 1))
    (found,) = exchange_log.mentioning({"first"})
    assert found.url == f"{URL}/{MAX_EXCHANGES - 1}"
    assert found.answer == f"({MAX_BODY_BYTES + 1} bytes)"


def test_sections_in_other_threads_are_kept_apart(exchange_log: ExchangeLog) -> None:
    asked(exchange_log, "/here")
    other = Thread(target=asked, args=(exchange_log, "/there"))
    other.start()
    other.join()
    assert urls(exchange_log.mentioning({"there"})) == ["GET /here"]
