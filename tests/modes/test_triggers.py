"""Triggers of a live sync: each against a small fake, and one shared run for simultaneous callers."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx
import pytest
from loopback import loopback, serving
from proxy_servers import proxy_to, saying

from qa_sync.clock import VirtualClock
from qa_sync.errors import InvalidResponse, NoVerdict, SystemUnreachable, UsageError
from qa_sync.modes.job import EPOCH, Job
from qa_sync.modes.live import LiveSession
from qa_sync.modes.triggers import shared_run
from qa_sync.modes.triggers.context import SystemPair, TriggerContext
from qa_sync.modes.triggers.section_runs import SectionRuns
from qa_sync.modes.triggers.shared_run import SharedRun
from qa_sync.modes.triggers.table import TRIGGERS
from qa_sync.settings.model import Settings, SyncSettings, Trigger

BETWEEN = SystemPair("a.txt", "A", "B")


@dataclass
class Node:
    """A node's service API, with pipes that need a few polls and a few pumps.

    Source: docs/explanation/connector-format-facts.rst, "The node's API".
    """

    queue: int = 2
    success: bool = True
    busy: int = 0
    started: list[str] = field(default_factory=list)
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def answer(self, method: str, path: str, form: dict[str, list[str]]) -> tuple[int, Any]:
        if not path.startswith("/api/pipes/"):
            return (200, {}) if path == "/run" else (404, {"detail": "no"})
        pipe = unquote(path.removeprefix("/api/pipes/").removesuffix("/pump"))
        if method == "POST":
            assert form == {"operation": ["start"]}
            if self.busy:
                return 409, {"detail": "already running"}
            self.started.append(pipe)
            self.busy, self.queue = 2, max(0, self.queue - 1)
        running = self.busy > 0
        self.busy = max(0, self.busy - 1)
        queues = {"source": None, "dependencies": {"other": self.queue}}
        runtime = {"is-running": running, "success": self.success, "queues": queues, "last-message": "boom"}
        return 200, {"_id": pipe, "runtime": runtime}


@pytest.fixture
def node() -> Iterator[tuple[Node, str]]:
    it = Node()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            it.seen.append((self.command, self.path, self.headers.get("authorization", "")))
            code, answer = it.answer(self.command, self.path, parse_qs(body))
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with serving(Handler) as port:
        yield it, f"http://127.0.0.1:{port}"


@pytest.fixture
def make() -> Iterator[Callable[..., Callable[[], None]]]:
    with ExitStack() as exits:

        def trigger(
            sync: SyncSettings, clock: VirtualClock, path: Path | None = None, timeout_s: float = 120
        ) -> Callable[[], None]:
            job = Job((), {}, Path("cassettes"), timeout_s=timeout_s, settings=Settings(path, sync=sync))
            return TRIGGERS[sync.trigger](TriggerContext(job, clock, {}, (), EPOCH, exits), BETWEEN)

        yield trigger


Make = Callable[..., Callable[[], None]]


def test_every_trigger_of_the_settings_is_there() -> None:
    assert set(TRIGGERS) == set(Trigger)


def test_wait_only_lets_time_pass(make: Make) -> None:
    clock = VirtualClock(EPOCH)
    make(SyncSettings(interval_s=3), clock)()
    assert (clock.now() - EPOCH).total_seconds() == 3


def test_http_calls_the_url_with_the_token(make: Make, node: tuple[Node, str], monkeypatch: pytest.MonkeyPatch) -> None:
    it, url = node
    sync = SyncSettings(Trigger.HTTP, interval_s=1, url=f"{url}/run", method="GET", token="SYNC_TOKEN")  # noqa: S106
    with pytest.raises(UsageError, match=r"\$SYNC_TOKEN"):
        make(sync, VirtualClock(EPOCH))
    monkeypatch.setenv("SYNC_TOKEN", "canary-token")
    make(sync, VirtualClock(EPOCH))()
    assert it.seen == [("GET", "/run", "Bearer canary-token")]
    wrong = SyncSettings(Trigger.HTTP, url=f"{url}/canary-token", token="SYNC_TOKEN")  # noqa: S106
    with pytest.raises(InvalidResponse, match="404"):
        make(wrong, VirtualClock(EPOCH))()


def test_http_without_a_server(make: Make) -> None:
    with pytest.raises(SystemUnreachable, match="did not respond"):
        make(SyncSettings(Trigger.HTTP, url="http://127.0.0.1:9/run"), VirtualClock(EPOCH))()


@pytest.mark.parametrize("location", ["https://xn--a/", "http://a:b/", "https://[::1"])
def test_http_that_redirects_to_an_invalid_url(make: Make, location: str) -> None:
    with (
        loopback(lambda _: httpx.Response(302, headers={"location": location})) as server,
        pytest.raises((SystemUnreachable, InvalidResponse), match=r"did not respond|302"),
    ):
        make(SyncSettings(Trigger.HTTP, url=f"{server.url}/run"), VirtualClock(EPOCH))()


@pytest.mark.parametrize("proxied", [False, True])
def test_http_does_not_show_the_password_of_its_url(
    make: Make, monkeypatch: pytest.MonkeyPatch, *, proxied: bool
) -> None:
    with proxy_to(1, saying(b"junk")) as proxy:
        if proxied:
            monkeypatch.setenv("ALL_PROXY", proxy.url("socks5", "t0ken@"))
        url = f"http://me:url-pass@{'sync.test' if proxied else '127.0.0.1:1'}/run"
        with pytest.raises(SystemUnreachable, match="did not respond") as reported:
            make(SyncSettings(trigger=Trigger.HTTP, url=url), VirtualClock(EPOCH))()
    assert "url-pass" not in str(reported.value)


@pytest.mark.parametrize("token", ["canary\r", "canary ", "can\xe4ry"])
def test_http_has_no_token_that_no_header_can_carry(make: Make, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("SYNC_TOKEN", token)
    with pytest.raises(UsageError, match=r"\$SYNC_TOKEN is not a valid token") as reported:
        make(SyncSettings(Trigger.HTTP, url="http://127.0.0.1:9/run", token="SYNC_TOKEN"), VirtualClock(EPOCH))  # noqa: S106
    assert "can" not in str(reported.value).replace("can carry", "")


@pytest.mark.parametrize("charset", ["hex", "idna", "undefined"])
def test_http_with_an_invalid_response_encoding(make: Make, charset: str) -> None:
    answer = httpx.Response(500, content=b"no \xff", headers={"Content-Type": f"text/plain; charset={charset}"})
    with loopback(lambda _: answer) as server, pytest.raises(InvalidResponse, match="500 no \ufffd"):
        make(SyncSettings(Trigger.HTTP, url=server.url), VirtualClock(EPOCH))()


def test_command_runs_a_program_in_the_folder_of_the_settings(make: Make, tmp_path: Path) -> None:
    words = (sys.executable, "-c", "import pathlib; pathlib.Path('ran; echo').touch()")
    make(SyncSettings(Trigger.COMMAND, command=words), VirtualClock(EPOCH), tmp_path / "qa-sync.toml")()
    assert (tmp_path / "ran; echo").exists()


def test_command_that_fails(make: Make) -> None:
    words = (sys.executable, "-c", "import sys; sys.exit('no \\x1b[31m disk')")
    with pytest.raises(NoVerdict, match=r"failed with exit code 1: no \\x1b\[31m disk"):
        make(SyncSettings(Trigger.COMMAND, command=words), VirtualClock(EPOCH))()


def test_a_command_that_does_not_end_runs_until_its_timeout(make: Make) -> None:
    words = (sys.executable, "-c", "import time; time.sleep(3600)")
    with pytest.raises(NoVerdict, match=r"did not finish within 0\.5 s"):
        make(SyncSettings(Trigger.COMMAND, command=words), VirtualClock(EPOCH), timeout_s=0.5)()


def test_command_that_no_program_can_be_given(make: Make) -> None:
    with pytest.raises(UsageError, match=r"could not start the sync: 'a\\x00b': embedded null byte"):
        make(SyncSettings(Trigger.COMMAND, command=("a\0b",)), VirtualClock(EPOCH))()


def test_command_that_is_not_there(make: Make) -> None:
    with pytest.raises(UsageError, match="could not start the sync"):
        make(SyncSettings(Trigger.COMMAND, command=("no-such-program",)), VirtualClock(EPOCH))()


def test_sesam_pumps_every_pipe_until_its_queues_are_empty(make: Make, node: tuple[Node, str]) -> None:
    it, url = node
    it.busy = 1  # the run of another client comes first
    sync = SyncSettings(Trigger.SESAM, url=f"{url}/api/", pipes=("wix/contacts collect", "erp-share"))
    make(sync, VirtualClock(EPOCH))()
    assert it.started == ["wix/contacts collect"] * 2 + ["erp-share"]
    assert ("POST", "/api/pipes/wix%2Fcontacts%20collect/pump", "") in it.seen


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"success": False, "queue": 0}, "failed: 'boom'"), ({"queue": 1000}, "did not finish within 20 s")],
)
def test_sesam_pipes_that_fail(make: Make, node: tuple[Node, str], wrong: dict[str, Any], told: str) -> None:
    it, url = node
    vars(it).update(wrong)
    with pytest.raises(NoVerdict, match=told):
        make(SyncSettings(Trigger.SESAM, url=f"{url}/api", pipes=("p",)), VirtualClock(EPOCH), timeout_s=20)()


def test_a_failing_sesam_pipe_with_a_queue_is_retried_and_reports_the_reason(
    make: Make, node: tuple[Node, str]
) -> None:
    it, url = node
    it.success, it.queue = False, 1000
    with pytest.raises(NoVerdict, match="did not finish within 20 s; the previous run failed: 'boom'"):
        make(SyncSettings(Trigger.SESAM, url=f"{url}/api", pipes=("p",)), VirtualClock(EPOCH), timeout_s=20)()
    assert len(it.started) < 23


def test_sesam_queue_that_is_not_known_is_not_waited_for(make: Make) -> None:
    with loopback(lambda _: httpx.Response(200, json={"runtime": {"success": True, "queues": {"source": -1}}})) as odd:
        make(SyncSettings(Trigger.SESAM, url=odd.url, pipes=("p",)), VirtualClock(EPOCH))()
    assert [line.partition(" ")[0] for line in odd.lines] == ["GET", "POST", "GET"]


def unwell_at_first(method: str, status: int) -> Callable[[httpx.Request], httpx.Response]:
    """Return a node that fails the first request of a kind."""
    left = [httpx.Response(status, headers={"Retry-After": "2"})]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == method and left:
            return left.pop()
        return httpx.Response(200, json={"runtime": {"success": True, "queues": {}}})

    return answer


@pytest.mark.parametrize(("method", "status"), [("GET", 503), ("GET", 429), ("POST", 429)])
def test_safe_sesam_requests_are_retried(make: Make, method: str, status: int) -> None:
    clock = VirtualClock(EPOCH)
    with loopback(unwell_at_first(method, status)) as at_first:
        make(SyncSettings(Trigger.SESAM, url=at_first.url, pipes=("p",)), clock)()
    asked = [line.partition(" ")[0] for line in at_first.lines]
    assert sorted(asked) == sorted(["GET", "POST", "GET", method])
    assert (clock.now() - EPOCH).total_seconds() >= 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_may_have_begun_is_not_begun_again(make: Make, method: str) -> None:
    with loopback(unwell_at_first(method, 503)) as at_first, pytest.raises(InvalidResponse, match="503"):
        make(SyncSettings(Trigger.HTTP, url=at_first.url, method=method), VirtualClock(EPOCH))()
    assert len(at_first.asked) == 1


def test_an_endless_sesam_response(make: Make) -> None:
    with (
        loopback(lambda _: httpx.Response(200, text="[" * 100_000)) as odd,
        pytest.raises(InvalidResponse, match="200 \\[\\["),
    ):
        make(SyncSettings(Trigger.SESAM, url=odd.url, pipes=("p",)), VirtualClock(EPOCH))()


def test_a_url_that_is_not_a_sesam_node(make: Make, node: tuple[Node, str]) -> None:
    with pytest.raises(InvalidResponse, match="404"):
        make(SyncSettings(Trigger.SESAM, url=f"{node[1]}/else", pipes=("p",)), VirtualClock(EPOCH))()


def test_callers_at_the_same_time_share_a_run_that_began_after_their_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight sections begin during a run: they wait for its end, and share the next one."""
    reported: list[str] = []
    begun, all_wait = threading.Event(), threading.Event()

    def work() -> None:
        reported.append("begun")
        begun.set()
        assert all_wait.wait(120)
        reported.append("ended")

    class Counted(threading.Condition):
        """Signals when eight callers wait; the lock is held until then, so that no run ends before."""

        waits = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.waits += 1
            if self.waits == 8:
                all_wait.set()
            return super().wait(timeout)

    monkeypatch.setattr(shared_run, "Condition", Counted)
    together = SharedRun(work)

    def ask(section: SectionRuns) -> None:
        section()
        reported.append("served")

    threads = [threading.Thread(target=ask, args=(SectionRuns(together),))]
    threads[0].start()
    assert begun.wait(120)
    threads += [threading.Thread(target=ask, args=(SectionRuns(together),)) for _ in range(8)]
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert [word for word in reported if word != "served"] == ["begun", "ended"] * 2
    assert reported.count("served") == 9
    assert reported[:2] == ["begun", "ended"]
    assert reported[: reported.index("ended", 2)].count("served") <= 1  # only the caller that began the first run


def test_an_error_is_everybodys_and_the_next_run_is_a_new_one() -> None:
    failing = [True]

    def work() -> None:
        if failing.pop() if failing else False:
            raise NoVerdict("broken")

    together = SectionRuns(SharedRun(work))
    with pytest.raises(NoVerdict):
        together()
    together()


@pytest.mark.parametrize("trigger", Trigger)
def test_only_what_waits_for_the_end_of_a_cycle_knows_that_there_was_one(trigger: Trigger) -> None:
    session = SimpleNamespace(job=SimpleNamespace(settings=SimpleNamespace(sync=SyncSettings(trigger))))
    known = LiveSession.cycles_known.fget(session)  # type: ignore[attr-defined]
    assert known is (trigger in {Trigger.BUILTIN, Trigger.COMMAND, Trigger.SESAM})
