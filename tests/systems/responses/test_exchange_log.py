"""What a system was asked lately: bounded, apart by thread, without secrets."""

from __future__ import annotations

from threading import Thread

import httpx
import pytest

from qa_sync.systems.redaction import HIDDEN, Hider
from qa_sync.systems.responses.exchange_log import KEPT, LARGEST, SHOWN, Heard
from qa_sync.systems.system import Exchanged

URL = "https://shop.example.test/clients"


def asked(heard: Heard, path: str, answer: str = "{}", *, method: str = "GET", sent: str = "") -> None:
    heard.note(httpx.Request(method, f"{URL}{path}", content=sent.encode()), httpx.Response(200, text=answer))


def urls(found: tuple[Exchanged, ...]) -> list[str]:
    return [f"{one.method} {one.url.removeprefix(URL)}" for one in found]


@pytest.fixture
def heard() -> Heard:
    return Heard("Shop", Hider(["s3cret-key"]))


def test_the_last_exchanges_about_a_record_are_told_the_oldest_first(heard: Heard) -> None:
    asked(heard, "/17", method="PUT", sent='{"id":"17","name":"a"}')
    asked(heard, "/170")
    for n in range(3):
        asked(heard, "/17", f"look {n}")
    asked(heard, "?since=1", '[{"id":"9"}]')
    found = heard.about({"17"})
    assert urls(found) == ["PUT /17", "GET /17"]
    assert found[1] == Exchanged("Shop", "GET", f"{URL}/17", "", 200, "look 2")


def test_a_record_is_found_in_what_was_sent_and_answered(heard: Heard) -> None:
    asked(heard, "/search", method="POST", sent='{"ids":["x-1"]}')
    asked(heard, "", '[{"id": "x-2"}]')
    assert urls(heard.about({"x-1"})) == ["POST /search"]
    assert urls(heard.about({"x-2"})) == ["GET "]


def test_without_a_record_the_very_last_exchange_is_told(heard: Heard) -> None:
    assert heard.about(()) == ()
    asked(heard, "/1")
    asked(heard, "/2")
    assert urls(heard.about(())) == urls(heard.about({"unheard-of"})) == ["GET /2"]


def test_what_nobody_answered_is_told(heard: Heard) -> None:
    heard.note(httpx.Request("GET", f"{URL}/1"), None)
    assert heard.about({"1"}) == (Exchanged("Shop", "GET", f"{URL}/1", "", None, ""),)


def test_nothing_secret_is_told_even_where_a_text_is_cut(heard: Heard) -> None:
    filler = "x" * (SHOWN - 4)
    asked(heard, "/1?key=s3cret-key", f"{filler}s3cret-key {filler}", method="PUT", sent='{"k":"s3cret-key"}')
    (found,) = heard.about(())
    assert "s3c" not in repr(found)
    assert HIDDEN in found.url
    assert found.answer.endswith(f" ... ({len(filler) * 2 + len(HIDDEN) + 1} characters)")
    assert len(found.answer) < SHOWN + 40


def test_what_is_kept_has_bounds(heard: Heard) -> None:
    asked(heard, "/first")
    for n in range(KEPT):
        asked(heard, f"/{n}", "y" * (LARGEST + 1))
    (found,) = heard.about({"first"})
    assert found.url == f"{URL}/{KEPT - 1}"
    assert found.answer == f"({LARGEST + 1} bytes)"


def test_sections_in_other_threads_are_kept_apart(heard: Heard) -> None:
    asked(heard, "/here")
    other = Thread(target=asked, args=(heard, "/there"))
    other.start()
    other.join()
    assert urls(heard.about({"there"})) == ["GET /here"]
