"""How a live system is asked: one test per manner; each counts what was asked and what was waited."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event, Lock
from time import sleep
from typing import Any

import httpx
import pytest
from loopback import loopback
from small_system import OPERATIONS, START, URL, Server, Small, opened, small
from waits import GUARD_S

from qa_sync.clock import VirtualClock
from qa_sync.errors import Conflict, InvalidResponse, RequestRejected, SystemUnreachable, UncertainWrite
from qa_sync.systems.http.rate_limits import Rate, RateLimiter, TokenBucket
from qa_sync.systems.http.request_extensions import IDEMPOTENT
from qa_sync.systems.http.retrying.backoff import SharedBackoff
from qa_sync.systems.http.retrying.retry_policy import (
    CHECK_DELAYS_S,
    RetryPolicy,
    RetryRule,
    read_retry_policy,
    retry_after,
)
from qa_sync.systems.system import Record

THING = {"id": "1", "rev": 1, "name": "a"}
HTML = httpx.Response(503, html="<h1>Maintenance</h1>")
LOST = httpx.ReadError("connection reset by peer")
NEVER = httpx.ConnectError("connection refused")
RECORD = Record("Small", "thing", "1", THING)
ATTEMPTS = RetryPolicy().attempts

WORK: dict[str, Callable[[Small], object]] = {
    "list": lambda w: [r.id for r in w.connection.system().list("thing")],
    "lookup": lambda w: w.connection.system().lookup("thing", "1"),
    "update": lambda w: w.connection.system().update(RECORD, {"name": "b"}),
    "delete": lambda w: w.connection.system().delete("thing", "1"),
}
DO: dict[str, Callable[[Small], object]] = {
    **WORK,
    "insert": lambda w: w.connection.system().insert("thing", {"name": "a"}, found=lambda: None).id,
}
ANSWERS: dict[str, Any] = {"list": [THING], "lookup": THING, "update": THING, "delete": {}}


def html(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, html="<h1>no</h1>", headers={k.replace("_", "-"): v for k, v in headers.items()})


class TestAgain:
    @pytest.mark.parametrize("verb", WORK)
    @pytest.mark.parametrize(
        "trouble", [LOST, NEVER, httpx.ReadTimeout("slow"), *(html(status) for status in (429, 502, 503, 504))]
    )
    def test_what_does_no_harm_is_requested_once_more(self, tmp_path: Path, verb: str, trouble: Any) -> None:
        world = small(tmp_path, trouble, ANSWERS[verb])
        WORK[verb](world)
        assert len(world.server.asked) == 2
        assert world.server.asked[0].content == world.server.asked[1].content
        assert 0.05 <= world.waited <= 0.5

    @pytest.mark.parametrize("status", [400, 401, 403, 500, 501])
    def test_what_will_not_change_is_not_requested_again(self, tmp_path: Path, status: int) -> None:
        world = small(tmp_path, html(status))
        with pytest.raises((RequestRejected, InvalidResponse)):
            WORK["lookup"](world)
        assert len(world.server.asked) == 1

    def test_pauses_grow_and_there_is_an_end(self, tmp_path: Path) -> None:
        world = small(tmp_path, handler=lambda _: html(503))
        with pytest.raises(InvalidResponse, match=r"status 503, text/html.*beginning '<h1>no</h1>'"):
            WORK["lookup"](world)
        assert len(world.server.asked) == ATTEMPTS
        assert 28.7 / 2 <= world.waited <= 28.7

    def test_each_pause_is_twice_the_last_and_a_little_less_by_chance(self) -> None:
        retry_policy, rng = RetryPolicy(), random.Random(1)  # noqa: S311 - chance that repeats itself
        drawn = [
            [retry_policy.pause(RetryRule(), None, attempt, START, rng) for _ in range(50)]
            for attempt in range(1, ATTEMPTS)
        ]
        for delays, whole in zip(drawn, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 8, 8], strict=True):
            assert whole / 2 <= min(delays) < max(delays) < whole * 1.001
            assert len(set(delays)) == 50

    def test_a_system_that_is_away_is_reported_in_the_end(self, tmp_path: Path) -> None:
        world = small(tmp_path, *[LOST] * ATTEMPTS)
        with pytest.raises(SystemUnreachable, match="no response"):
            WORK["lookup"](world)

    @pytest.mark.parametrize("verb", ["list", "lookup"])
    def test_json_that_is_cut_off_is_read_again(self, tmp_path: Path, verb: str) -> None:
        cut = httpx.Response(200, text='{"id": "1", "na', headers={"Content-Type": "application/json"})
        world = small(tmp_path, cut, ANSWERS[verb])
        WORK[verb](world)
        assert len(world.server.asked) == 2

    def test_noise_before_json_is_reported_at_once(self, tmp_path: Path) -> None:
        noise = httpx.Response(
            200, text='<b>Notice</b>\x1b[1m\n{"id": 1}', headers={"Content-Type": "application/json"}
        )
        world = small(tmp_path, noise)
        with pytest.raises(InvalidResponse) as caught:
            WORK["lookup"](world)
        assert "not JSON: status 200, application/json, beginning '<b>Notice</b>\\\\x1b[1m" in str(caught.value)
        assert len(world.server.asked) == 1

    def test_a_write_that_succeeded_is_not_done_again_for_its_answer(self, tmp_path: Path) -> None:
        world = small(tmp_path, httpx.Response(200, text='{"id": "1", "na'))
        WORK["update"](world)
        assert len(world.server.asked) == 1

    def test_a_delete_that_had_happened_is_no_error(self, tmp_path: Path) -> None:
        world = small(tmp_path, LOST, httpx.Response(404))
        WORK["delete"](world)
        assert len(world.server.asked) == 2


class TestOneBackoffForASystem:
    def test_failures_in_a_row_are_counted_for_the_system(self, tmp_path: Path) -> None:
        world = small(tmp_path, *[html(503)] * ATTEMPTS, *[html(503)] * (ATTEMPTS - 1), THING)
        with pytest.raises(InvalidResponse):
            WORK["lookup"](world)
        before = world.waited
        WORK["lookup"](world)  # the system is away: the next request does not begin with short pauses again
        assert world.waited - before >= (ATTEMPTS - 1) * 8 / 2

    def test_a_response_ends_the_row(self, tmp_path: Path) -> None:
        world = small(tmp_path, *[html(503)] * 5, THING, html(503), THING)
        WORK["lookup"](world)
        before = world.waited
        WORK["lookup"](world)
        assert world.waited - before <= 0.1

    def test_failures_at_the_same_time_are_one(self) -> None:
        clock = VirtualClock(START)
        backoff, sent_at = SharedBackoff(clock), clock.now()
        clock.sleep(0.05)
        assert [backoff.note_failure(sent_at) for _ in range(8)] == [1] * 8
        clock.sleep(0.1)
        assert backoff.note_failure(clock.now()) == 2
        backoff.note_response()
        clock.sleep(0.1)
        assert backoff.note_failure(clock.now()) == 1


class TestTimeOuts:
    def told(self, tmp_path: Path, **system: Any) -> dict[str, float]:
        found: list[dict[str, float]] = []

        def answer(request: httpx.Request) -> httpx.Response:
            found.append(request.extensions["timeout"])
            return httpx.Response(200, json=THING)

        world = small(tmp_path, out=lambda _server, _clock: httpx.MockTransport(answer), **system)
        WORK["lookup"](world)
        return found[0]

    def test_no_one_waits_for_ever(self, tmp_path: Path) -> None:
        told = self.told(tmp_path)
        assert (told["connect"], told["read"], told["write"], told["pool"]) == (20, 60, 60, 60)

    def test_a_connector_may_say_how_long(self, tmp_path: Path) -> None:
        told = self.told(tmp_path, read_timeout=7, connect_timeout=3)
        assert (told["connect"], told["read"]) == (3, 7)

    @pytest.mark.parametrize("late", [httpx.ReadTimeout("slow"), httpx.WriteTimeout("slow"), httpx.ConnectTimeout("x")])
    def test_it_is_reported_which_one_it_was(self, tmp_path: Path, late: Exception) -> None:
        world = small(tmp_path, *[late] * ATTEMPTS)
        with pytest.raises(
            SystemUnreachable, match=rf"GET https://small\.test/things/1: no response \({type(late).__name__}"
        ):
            WORK["lookup"](world)


class TestItWasOurselves:
    """A change that carries a revision, sent again after its answer was lost."""

    def test_a_change_that_is_there_is_believed(self, tmp_path: Path) -> None:
        world = small(tmp_path, LOST, httpx.Response(409), {**THING, "rev": 2, "name": "b"})
        WORK["update"](world)
        assert world.server.lines == ["PATCH /things/1", "PATCH /things/1", "GET /things/1"]

    def test_a_change_that_is_not_there_is_a_conflict(self, tmp_path: Path) -> None:
        world = small(tmp_path, LOST, httpx.Response(412), {**THING, "rev": 2, "name": "theirs"})
        with pytest.raises(Conflict):
            WORK["update"](world)

    def test_a_conflict_at_the_first_attempt_is_believed_at_once(self, tmp_path: Path) -> None:
        world = small(tmp_path, httpx.Response(409))
        with pytest.raises(Conflict):
            WORK["update"](world)
        assert len(world.server.asked) == 1


class TestCreate:
    CUT = httpx.Response(201, text='{"id": "7", "na')

    LOOKS = (None,) * (1 + len(CHECK_DELAYS_S))
    """One search without result after another."""

    def create(self, world: Small, *looks: str | None) -> tuple[str, int]:
        """Create a thing; each look for it finds what it is given; return the id and how many looks were left over."""
        left = list(looks)
        made = world.connection.system().insert("thing", {"name": "a"}, lambda: left.pop(0)).id
        return made, len(left)

    @pytest.mark.parametrize("trouble", [LOST, httpx.ReadTimeout("slow"), html(502), html(503), html(504), CUT])
    def test_without_a_way_of_looking_it_is_unclear(self, tmp_path: Path, trouble: Any) -> None:
        world = small(tmp_path, trouble)
        with pytest.raises(UncertainWrite) as caught:
            world.connection.system().insert("thing", {"name": "a"})
        assert "Small: POST https://small.test/things" in str(caught.value)
        assert caught.value.__context__ is None
        assert len(world.server.asked) == 1

    @pytest.mark.parametrize("trouble", [LOST, html(504), CUT])
    def test_what_is_found_is_not_made_again(self, tmp_path: Path, trouble: Any) -> None:
        world = small(tmp_path, trouble)
        assert self.create(world, None, "7") == ("7", 0)
        assert len(world.server.asked) == 1
        assert world.waited == CHECK_DELAYS_S[0]

    @pytest.mark.parametrize("trouble", [LOST, html(503)])
    def test_what_is_not_found_is_made_once_more(self, tmp_path: Path, trouble: Any) -> None:
        world = small(tmp_path, trouble, {"id": "7"})
        assert self.create(world, *self.LOOKS) == ("7", 0)
        assert len(world.server.asked) == 2
        assert world.waited == sum(CHECK_DELAYS_S)

    def test_what_the_system_says_it_made_is_never_made_again(self, tmp_path: Path) -> None:
        world = small(tmp_path, self.CUT)
        with pytest.raises(UncertainWrite, match="not JSON: status 201"):
            self.create(world, *self.LOOKS)
        assert len(world.server.asked) == 1

    def test_a_second_attempt_that_is_refused_may_have_been_the_first_one_s_doing(self, tmp_path: Path) -> None:
        world = small(tmp_path, LOST, httpx.Response(409, json={"message": "e-mail is taken"}))
        assert self.create(world, *self.LOOKS, "7") == ("7", 0)

    def test_a_first_attempt_that_is_refused_is_refused(self, tmp_path: Path) -> None:
        world = small(tmp_path, httpx.Response(409))
        with pytest.raises(Conflict):
            self.create(world)

    @pytest.mark.parametrize("trouble", [NEVER, httpx.ConnectTimeout("slow"), html(429)])
    def test_what_was_never_taken_is_sent_again_without_looking(self, tmp_path: Path, trouble: Any) -> None:
        world = small(tmp_path, trouble, {"id": "7"})
        assert self.create(world) == ("7", 0)
        assert len(world.server.asked) == 2

    @pytest.mark.parametrize("verb", DO)
    @pytest.mark.parametrize("secret", ["s3cr3t\r", "s3cr3t ", "s3cr3t\n"])
    def test_a_header_that_none_can_be_is_reported_at_once(self, tmp_path: Path, verb: str, secret: str) -> None:
        clock = VirtualClock(START)
        told: dict[str, Any] = {"jwt_token": "$SECRET(token)"}
        with loopback(lambda _: httpx.Response(200, json=ANSWERS.get(verb))) as server:
            world = Small(Server(), clock, opened(tmp_path, server.url, clock, {"token": secret}, **told))
            with pytest.raises(SystemUnreachable, match=r"Illegal header value.*\(hidden\)") as caught:
                DO[verb](world)
        assert "check for whitespace around the secrets" in str(caught.value)
        assert world.waited == 0

    def test_it_is_tried_four_times_at_most(self, tmp_path: Path) -> None:
        world = small(tmp_path, handler=lambda _: html(503))
        with pytest.raises(UncertainWrite):
            self.create(world, *self.LOOKS * 3)
        assert len(world.server.asked) == 4

    def test_an_error_of_the_vendor_s_own_is_no_reason_to_try_again(self, tmp_path: Path) -> None:
        world = small(tmp_path, html(500))
        with pytest.raises(InvalidResponse) as caught:
            self.create(world)
        assert not isinstance(caught.value, UncertainWrite)


class TestRetryAfter:
    def wait(self, tmp_path: Path, told: str, status: int = 429) -> float:
        world = small(tmp_path, html(status, retry_after=told), THING)
        WORK["lookup"](world)
        assert len(world.server.asked) == 2
        return world.waited

    def test_seconds(self, tmp_path: Path) -> None:
        assert 7 <= self.wait(tmp_path, "7") <= 7.25

    def test_a_date(self, tmp_path: Path) -> None:
        when = format_datetime(START + timedelta(seconds=9), usegmt=True)
        assert 9 <= self.wait(tmp_path, when, 503) <= 9.25

    def test_a_day_is_a_minute(self, tmp_path: Path) -> None:
        assert 60 <= self.wait(tmp_path, "86400") <= 60.25

    @pytest.mark.parametrize("told", ["soon", "-5", "", "1.5", "Wed, 99 Nov"])
    def test_nonsense_is_as_good_as_nothing(self, tmp_path: Path, told: str) -> None:
        assert 0.25 <= self.wait(tmp_path, told) <= 0.5

    def test_a_date_in_the_past_is_now(self) -> None:
        assert retry_after("Wed, 13 Nov 2024 08:00:00 GMT", START) == 0

    def test_everybody_waits_when_one_must_wait(self, tmp_path: Path) -> None:
        world = small(tmp_path, html(429, retry_after="30"), *[html(429)] * (ATTEMPTS - 1))
        times: list[float] = []
        system = world.connection.system()
        with pytest.raises(RequestRejected):
            system.lookup("thing", "1")

        def answer(_: httpx.Request) -> httpx.Response:
            times.append(world.waited)
            return httpx.Response(200, json=THING)

        world.server.handler = answer
        system.lookup("thing", "1")
        assert times[0] >= 30


def attempts(retry_policy: RetryPolicy, method: str, **extensions: Any) -> list[int]:
    request = httpx.Request(method, URL, extensions=extensions)
    return [retry_policy.attempts_for(retry_policy.rule(request, status)) for status in (429, 502, 503, 504, None)]


def test_a_connector_may_say_how_patient_one_is() -> None:
    told = {
        "rate_limiting_retries": 6,
        "rate_limiting_delay": 3,
        "retry_strategy": {
            "502-503": {"max_read_retries": 1, "read_retry_delay": 4},
            "502": {"max_retries_per_entity": 4, "write_retry_delay": 1},
            "x": {},
            "504": 7,
        },
    }
    retry_policy = read_retry_policy(told)
    assert attempts(retry_policy, "GET") == attempts(retry_policy, "POST") == [7, ATTEMPTS, 2, ATTEMPTS, ATTEMPTS]
    assert attempts(retry_policy, "PATCH") == [7, 5, ATTEMPTS, ATTEMPTS, ATTEMPTS]
    assert attempts(retry_policy, "POST", **{IDEMPOTENT: False}) == [7, 5, ATTEMPTS, ATTEMPTS, ATTEMPTS]
    assert retry_policy.rule(httpx.Request("PUT", URL), 502) == RetryRule(4, 1)
    assert read_retry_policy({}) == RetryPolicy()


@pytest.mark.parametrize("names", [("503", "default"), ("default", "503")])
def test_a_status_that_is_named_wins_over_the_default(names: tuple[str, str]) -> None:
    retries = {"503": 1, "default": 4}
    retry_policy = read_retry_policy({"retry_strategy": {name: {"max_read_retries": retries[name]} for name in names}})
    assert attempts(retry_policy, "GET") == [5, 5, 2, 5, ATTEMPTS]


@pytest.mark.parametrize(("own", "asked", "waited"), [({}, 3, 10), ({"rate_limiting_retries": 1}, 2, 5)])
def test_an_operation_may_say_it_of_itself(tmp_path: Path, own: dict[str, int], asked: int, waited: float) -> None:
    lookup = {**OPERATIONS["thing-lookup"], **own}
    operations = {**OPERATIONS, "thing-lookup": lookup}
    limits: dict[str, Any] = {"rate_limiting_retries": 2, "rate_limiting_delay": 5}
    world = small(tmp_path, handler=lambda _: html(429), operations=operations, **limits)
    with pytest.raises(RequestRejected):
        WORK["lookup"](world)
    assert (len(world.server.asked), world.waited) == (asked, waited)


def test_the_delay_of_an_operation_wins(tmp_path: Path) -> None:
    operations = {**OPERATIONS, "thing-lookup": {**OPERATIONS["thing-lookup"], "rate_limiting_delay": 2}}
    world = small(tmp_path, html(429), THING, operations=operations, rate_limiting_delay=5)
    WORK["lookup"](world)
    assert world.waited == 2


def test_a_rule_says_only_what_it_says() -> None:
    told = {"retry_strategy": {"429": {"max_read_retries": 7}}, "rate_limiting_delay": 0.5}
    assert read_retry_policy(told).rule(httpx.Request("GET", URL), 429) == RetryRule(7, 0.5)


@pytest.mark.parametrize("verb", ["lookup", "update"])
def test_a_status_that_a_connector_wants_repeated_is_repeated(tmp_path: Path, verb: str) -> None:
    repeated = {"max_read_retries": 2, "max_retries_per_entity": 2, "read_retry_delay": 1, "write_retry_delay": 1}
    strategy: dict[str, Any] = {"retry_strategy": {"500": repeated}}
    world = small(tmp_path, html(500), html(500), ANSWERS[verb], **strategy)
    WORK[verb](world)
    assert (len(world.server.asked), world.waited) == (3, 2)


def test_a_create_is_not_repeated_whatever_a_connector_wants(tmp_path: Path) -> None:
    strategy: dict[str, Any] = {"retry_strategy": {"500": {"max_retries_per_entity": 9, "max_read_retries": 9}}}
    world = small(tmp_path, handler=lambda _: html(500), **strategy)
    with pytest.raises(InvalidResponse):
        world.connection.system().insert("thing", {"name": "x"})
    assert len(world.server.asked) == 1


@pytest.mark.parametrize("status", [408, 502, 503, 504, 520, 522, 524])
def test_what_stands_before_a_system_knows_nothing_of_a_create(tmp_path: Path, status: int) -> None:
    world = small(tmp_path, html(status))
    assert world.connection.system().insert("thing", {"name": "x"}, found=lambda: "77").id == "77"
    assert len(world.server.asked) == 1


@pytest.mark.parametrize("answer", [httpx.Response(201), httpx.Response(201, json={"thing": {"id": "1"}})])
def test_a_create_that_does_not_show_what_it_made_is_searched_for(tmp_path: Path, answer: httpx.Response) -> None:
    world = small(tmp_path, answer)
    assert world.connection.system().insert("thing", {"name": "x"}, found=lambda: "77").id == "77"
    with pytest.raises(UncertainWrite, match="'id' is not in the response") as told:
        small(tmp_path, answer).connection.system().insert("thing", {"name": "x"})
    assert told.value.succeeded


def test_what_is_nested_without_end_is_not_cut(tmp_path: Path) -> None:
    endless = httpx.Response(200, text="[" * 100_000, headers={"Content-Type": "application/json"})
    world = small(tmp_path, handler=lambda _: endless)
    with pytest.raises(InvalidResponse, match="not JSON"):
        WORK["lookup"](world)
    assert len(world.server.asked) == 1


@pytest.mark.parametrize("status", [302, 304])
def test_a_redirect_to_nowhere_is_a_status(tmp_path: Path, status: int) -> None:
    world = small(tmp_path, handler=lambda _: httpx.Response(status))
    with pytest.raises(InvalidResponse, match=f"not a success: status {status}"):
        WORK["lookup"](world)


def test_json_after_json_is_not_cut(tmp_path: Path) -> None:
    several = httpx.Response(200, content=b'{"a": 1}\n{"a": 2}', headers={"Content-Type": "application/x-ndjson"})
    world = small(tmp_path, handler=lambda _: several)
    with pytest.raises(InvalidResponse, match="not JSON"):
        WORK["lookup"](world)
    assert len(world.server.asked) == 1


def test_a_time_that_no_calendar_has_means_nothing() -> None:
    assert retry_after("Mon, 1 Jan 99999999999999999999 00:00:00 GMT", START) is None


def test_a_connector_s_delay_is_kept(tmp_path: Path) -> None:
    world = small(tmp_path, html(429), THING, rate_limiting_delay=5)
    WORK["lookup"](world)
    assert world.waited == 5


class TestRate:
    @pytest.mark.parametrize("rate", [Rate(200, 60), Rate(1, 1), Rate(7, 3), Rate(10, 60)])
    def test_no_window_holds_more_than_it_says(self, rate: Rate) -> None:
        clock = VirtualClock(START)
        bucket = TokenBucket(rate, clock)
        times = []
        for _ in range(3 * rate.requests):
            clock.sleep(bucket.take())
            times.append((clock.now() - START).total_seconds())
        for first in times:
            assert sum(first <= t < first + rate.seconds - 1e-4 for t in times) <= rate.requests
        assert times[-1] <= 3 * rate.seconds * 1.15

    def test_what_was_not_used_is_not_saved_up(self) -> None:
        clock = VirtualClock(START)
        bucket = TokenBucket(Rate(60, 60), clock)
        clock.sleep(1000)
        assert [bucket.take() == 0 for _ in range(7)] == [True] * 6 + [False]

    def test_several_systems_share_one(self, tmp_path: Path) -> None:
        world = small(tmp_path, handler=lambda _: httpx.Response(200, json=THING), rate_limiter=slow)
        for _ in range(4):
            world.connection.system().lookup("thing", "1")
        assert world.waited == pytest.approx(3)

    def test_who_waited_for_a_slot_does_not_come_with_an_old_token(self) -> None:
        clock, entered, held = VirtualClock(START), list[float](), Event()
        limits = RateLimiter(clock, Rate(1, 1), at_once=1)

        def ask(wait: bool) -> None:
            with limits.acquire():
                entered.append((clock.now() - START).total_seconds())
                if wait:
                    held.wait(GUARD_S)

        with ThreadPoolExecutor(4) as pool:
            pool.submit(ask, True)
            while not entered:
                sleep(0.01)
            waiting = [pool.submit(ask, False) for _ in range(3)]
            sleep(0.05)  # until they stand in the queue; when they do not yet, nothing changes
            held.set()
        assert [one.exception() for one in waiting] == [None] * 3
        assert entered == [0, 1, 2, 3]

    def test_after_being_shut_out_one_needs_a_fresh_token(self) -> None:
        clock = VirtualClock(START)
        limits = RateLimiter(clock, Rate(1, 1))
        with limits.acquire():
            limits.pause_for(30)
        for expected in (30, 31):
            with limits.acquire():
                assert (clock.now() - START).total_seconds() == expected

    def test_so_many_at_once_and_no_more(self, tmp_path: Path) -> None:
        lock, now, most = Lock(), 0, 0

        def answer(_: httpx.Request) -> httpx.Response:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            sum(range(1000))
            with lock:
                now -= 1
            return httpx.Response(200, json=THING)

        world = small(tmp_path, handler=answer, rate_limiter=lambda clock: RateLimiter(clock, at_once=2))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: WORK["lookup"](world), range(64)))
        assert most <= 2
        assert len(world.server.asked) == 64


def slow(clock: VirtualClock) -> RateLimiter:
    return RateLimiter(clock, Rate(1, 1))


class TestRedirects:
    SECRETS = {"key": "s3cr3t-key"}  # noqa: RUF012 - read only
    HEADERS = {"X-Key": "$SECRET(key)"}  # noqa: RUF012 - read only

    def world(self, tmp_path: Path, *script: Any, url: str = URL, redirects: Sequence[str] = ()) -> Small:
        return small(
            tmp_path,
            *script,
            url=url,
            redirects=redirects,
            secrets=self.SECRETS,
            headers=self.HEADERS,
            jwt_token="$SECRET(key)",  # noqa: S106 - none
        )

    def to(self, url: str, status: int = 302) -> httpx.Response:
        return httpx.Response(status, headers={"Location": url})

    def test_a_read_is_followed_with_credentials_at_home(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, self.to("/v2/things/1"), THING)
        assert WORK["lookup"](world)
        second = world.server.asked[1]
        assert str(second.url) == f"{URL}/v2/things/1"
        assert (second.headers["x-key"], second.headers["authorization"]) == ("s3cr3t-key", "Bearer s3cr3t-key")

    def test_https_on_the_same_host_is_home(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, self.to("https://small.test/things/1", 301), THING, url="http://small.test")
        assert WORK["lookup"](world)
        assert "x-key" in world.server.asked[1].headers

    ELSEWHERE = (
        "https://other.test/things/1",
        "//other.test/things/1",
        "https://OTHER.test./things/1",
        "https://small.test:8443/things/1",
        "https://sub.small.test/x",
        "https://u:p@other.test/x",
        "https://small.test.other.test/x",
        "http://small.test/things/1",
        "http://other.test/things/1",
    )

    @pytest.mark.parametrize("url", ELSEWHERE)
    @pytest.mark.parametrize("verb", ["lookup", "update", "delete"])
    def test_elsewhere_is_not_requested(self, tmp_path: Path, url: str, verb: str) -> None:
        world = self.world(tmp_path, self.to(url))
        with pytest.raises(InvalidResponse, match="which is not followed"):
            WORK[verb](world)
        assert len(world.server.asked) == 1

    def test_it_is_said_how_to_allow_it(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidResponse, match=re.escape('redirects = ["other.test:81"]')):
            WORK["lookup"](self.world(tmp_path, self.to("https://other.test:81/x")))
        with pytest.raises(InvalidResponse) as told:  # never from https to http
            WORK["lookup"](self.world(tmp_path, self.to("http://other.test/x"), redirects=["other.test"]))
        assert "redirects" not in str(told.value)

    def test_the_url_that_refused_is_named(self, tmp_path: Path) -> None:
        far = "https://other.test/a"
        for answer in (httpx.Response(403), httpx.Response(200, text="noise"), *[[NEVER] * ATTEMPTS]):
            responses = answer if isinstance(answer, list) else [answer]
            world = self.world(tmp_path, self.to(f"{far}?b=c"), *responses, redirects=["other.test"])
            with pytest.raises((RequestRejected, InvalidResponse, SystemUnreachable)) as told:
                WORK["lookup"](world)
            assert f"GET {URL}/things/1, redirected to {far}: " in str(told.value)

    @pytest.mark.parametrize(
        "url",
        [
            "https://other.test/things/1",
            "//OTHER.test/things/1",
            "https://small.test:8443/things/1",
            "https://sub.small.test/x",
            "https://u:p@other.test/x",
        ],
    )
    def test_elsewhere_gets_no_credentials(self, tmp_path: Path, url: str) -> None:
        hosts = ["other.test", "small.test:8443", "sub.small.test"]
        world = self.world(tmp_path, self.to(url), THING, redirects=hosts)
        assert WORK["lookup"](world)
        told = world.server.asked[1]
        assert set(told.headers) <= {"host", "accept", "accept-encoding", "user-agent", "content-length"}
        assert not told.url.userinfo

    def test_back_home_from_elsewhere_there_are_none_either_in_the_headers(self, tmp_path: Path) -> None:
        script = (self.to("https://other.test/"), self.to(f"{URL}/things/1"), THING)
        world = self.world(tmp_path, *script, redirects=["other.test"])
        assert WORK["lookup"](world)
        assert "x-key" not in world.server.asked[2].headers

    def test_a_url_with_a_secret_in_it_is_not_followed_elsewhere(self, tmp_path: Path) -> None:
        world = self.world(tmp_path, self.to("https://other.test/?key=s3cr3t-key"), redirects=["other.test"])
        with pytest.raises(
            InvalidResponse, match=r"redirected to https://other.test/\?key=\(hidden\), which is not followed"
        ):
            WORK["lookup"](world)
        assert len(world.server.asked) == 1

    def test_a_write_is_not_followed(self, tmp_path: Path) -> None:
        for verb in ("list", "update", "delete"):
            world = self.world(tmp_path, self.to(f"{URL}/v2", 307))
            with pytest.raises(InvalidResponse, match="not followed"):
                WORK[verb](world)
            assert len(world.server.asked) == 1

    def test_a_circle_ends(self, tmp_path: Path) -> None:
        world = small(tmp_path, handler=lambda _: self.to("/things/1"))
        with pytest.raises(InvalidResponse, match="redirected"):
            WORK["lookup"](world)
        assert len(world.server.asked) == 6

    @pytest.mark.parametrize("host", ["a..b", f"{'x' * 64}.test"])
    def test_a_host_that_no_one_can_look_up_is_reported(self, tmp_path: Path, host: str) -> None:
        clock = VirtualClock(START)
        with loopback(lambda _: self.to(f"http://{host}/x")) as server:
            connection = opened(tmp_path, server.url, clock, {}, redirects=[host])
            with pytest.raises(SystemUnreachable, match="invalid host name"):
                connection.system().lookup("thing", "1")
            connection.close()
        assert server.lines == ["GET /things/1"]

    @pytest.mark.parametrize(
        "url", ["ftp://other.test/", "mailto:a@b", "http://a:b/", "https://xn--a/", "https://[::1", "http://@//]"]
    )
    def test_nonsense_is_not_followed(self, tmp_path: Path, url: str) -> None:
        world = self.world(tmp_path, self.to(url))
        with pytest.raises((InvalidResponse, SystemUnreachable), match=r"redirected|no response"):
            WORK["lookup"](world)
        assert len(world.server.asked) == 1


def test_the_line_stays_open_when_a_section_closes_its_system(tmp_path: Path) -> None:
    closed: list[bool] = []

    class Network(httpx.MockTransport):
        def close(self) -> None:
            closed.append(True)

    world = small(tmp_path, THING, out=lambda server, _: Network(server))
    world.connection.system().close()
    assert closed == []
    assert WORK["lookup"](world)
    world.connection.close()
    assert closed == [True]
