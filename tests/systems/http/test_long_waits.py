"""A system that keeps requests waiting for long is told about: once for each wait, whoever waits."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_system import START, connector, small

from qa_sync.clock import RequestClock, StopFlag, VirtualClock
from qa_sync.errors import RequestRejected
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy
from qa_sync.systems.http.retrying.waits import WaitReporter, answer_of, duration
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.rest.live_connection import open_connection

MAINTENANCE = "Briefly unavailable for scheduled maintenance. Check back in a minute."
THING = {"id": "1", "rev": 1, "name": "a"}
ATTEMPTS = RetryPolicy().attempts


def away(status: int = 503, text: str = MAINTENANCE, **headers: str) -> httpx.Response:
    return httpx.Response(status, text=text, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_long_wait_is_told_with_what_the_system_answers(tmp_path: Path) -> None:
    world = small(tmp_path, away(Retry_After="600"), away(Retry_After="600"), THING)
    world.connection.system().lookup("thing", "1")
    assert world.told == [
        "Small answers 503 (maintenance), next attempt in 60 s, given up in 9 min",
        "Small answers 503 (maintenance), next attempt in 60 s, given up in 8 min",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (away(text="<h1>Maintenance</h1>"), "answers 503 (maintenance)"),
        (away(text="busy"), "answers 503 (service unavailable)"),
        (away(429), "answers 429 (too many requests)"),
        (away(599), "answers 599"),
        (None, "does not answer"),
    ],
)
def test_the_answer_is_named(answer: httpx.Response | None, told: str) -> None:
    assert answer_of(answer) == told


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.4, "0 s"), (60, "60 s"), (119, "119 s"), (120, "2 min"), (250, "4 min")]
)
def test_a_duration_is_seconds_or_minutes(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_a_system_that_is_given_up_says_so_before_its_last_attempt(tmp_path: Path) -> None:
    world = small(tmp_path, *[away(429, Retry_After="30") for _ in range(ATTEMPTS + 1)])
    with pytest.raises(RequestRejected):
        world.connection.system().lookup("thing", "1")
    assert world.told[-1] == "Small answers 429 (too many requests), next attempt in 30 s, the last one"


def test_a_short_wait_is_not_told(tmp_path: Path) -> None:
    world = small(tmp_path, away(Retry_After="2"), THING)
    world.connection.system().lookup("thing", "1")
    assert world.told == []


def test_requests_that_wait_at_the_same_time_are_told_of_once() -> None:
    told: list[str] = []
    waits = WaitReporter("Small", told.append)
    for seconds in (0, 1, 59, 60):
        waits.report(away(), 60, 240, START + timedelta(seconds=seconds))
    assert len(told) == 2


def test_an_interruption_ends_a_wait_within_a_second(tmp_path: Path) -> None:
    stop = StopFlag()

    class Interrupted(VirtualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            stop.set()

    clock = Interrupted(START)
    options: dict[str, Any] = {"clock": RequestClock(clock, stop), "redact": Redactor(), "rng": random.Random(1)}  # noqa: S311
    network = httpx.MockTransport(lambda _request: away(Retry_After="600"))
    connection = open_connection("Small", connector(tmp_path), "https://small.test", {}, out=network, **options)
    with pytest.raises(KeyboardInterrupt):
        connection.system().lookup("thing", "1")
    assert clock.now() - START <= timedelta(seconds=1)
