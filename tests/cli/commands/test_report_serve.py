"""`qa-sync report --serve`: the page of a run that goes on, for this machine only."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from cli_caller import QaSync
from msgspec.structs import replace
from report_samples import written_results

from qa_sync.cli.partial_results import PartialResults
from qa_sync.cli.results_file import read_results
from qa_sync.cli.serve_page import PageServer, ResultFiles, serve_until_end
from qa_sync.clock import StopFlag
from qa_sync.reports.formats import results_json
from qa_sync.reports.html import page
from qa_sync.running.collect_results import RunSoFar
from qa_sync.running.events import CheckFinished, Event, RunFinished, RunStarted, SectionStarted, SpecStarted, Status
from qa_sync.running.results import Results


def write(path: Path, results: Results) -> None:
    path.write_text(results_json.render(results), encoding="utf-8")


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


class Serving:
    """A server of one file in a thread."""

    def __init__(self, path: Path) -> None:
        self.files = ResultFiles([str(path)], lambda: read_results(str(path)))
        self.files.look()
        self.server = PageServer(0, self.files)
        self.port = self.server.server_address[1]
        self.stop = StopFlag()
        self.ended: list[bool] = []
        self.thread = Thread(target=lambda: self.ended.append(serve_until_end(self.server, self.stop)), daemon=True)
        self.thread.start()

    def ask(self, path: str = "/", host: str | None = None, method: str = "GET") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[[], Serving]]:
    opened: list[Serving] = []

    def go() -> Serving:
        opened.append(Serving(tmp_path / "results.json"))
        return opened[-1]

    yield go
    for one in opened:
        one.stop.set()
        one.thread.join(60)


def test_it_waits_for_the_results_and_shows_them(serving: Callable[[], Serving], tmp_path: Path) -> None:
    served = serving()
    assert served.ask() == (200, page.WAITING)
    assert served.ask("/version") == (200, "none")
    write(tmp_path / "results.json", written_results())
    until(lambda: served.files.current is not None)
    code, text = served.ask()
    version = served.ask("/version")[1]
    assert (code, f'data-version="{version}"' in text) == (200, True)
    assert "failed" in text


def test_it_ends_with_the_run(serving: Callable[[], Serving], tmp_path: Path) -> None:
    write(tmp_path / "results.json", replace(written_results(), unfinished=True))
    served = serving()
    assert " so far, " in served.ask()[1]
    write(tmp_path / "results.json", written_results())
    until(lambda: served.files.current is not None and not served.files.current.results.unfinished)
    assert " so far, " not in served.ask()[1]  # who has the page still gets its end
    served.thread.join(60)
    assert served.ended == [True]


def test_results_of_a_run_that_has_ended_are_served_until_it_is_stopped(
    serving: Callable[[], Serving], tmp_path: Path
) -> None:
    write(tmp_path / "results.json", written_results())
    served = serving()
    first = served.ask("/version")
    write(tmp_path / "results.json", replace(written_results(), seed="other"))
    until(lambda: served.ask("/version") != first)
    served.stop.set()
    served.thread.join(60)
    assert served.ended == [False]


def test_a_file_that_is_no_results_any_more_leaves_the_last_page(
    serving: Callable[[], Serving], tmp_path: Path
) -> None:
    write(tmp_path / "results.json", written_results())
    served = serving()
    first = served.ask("/version")
    (tmp_path / "results.json").write_text("{")
    until(lambda: served.files.problem is not None)
    assert served.ask("/version") == first
    assert served.ask()[0] == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example"]
)
def test_a_page_of_another_host_gets_nothing(serving: Callable[[], Serving], tmp_path: Path, host: str) -> None:
    write(tmp_path / "results.json", written_results())
    served = serving()
    for path in ("/", "/version"):
        code, text = served.ask(path, host.format(port=served.port))
        assert code == 421
        assert text == f"421 ask for http://127.0.0.1:{served.port}/\n"


def test_only_two_addresses_and_no_writes(serving: Callable[[], Serving]) -> None:
    served = serving()
    assert served.server.server_address[0] == "127.0.0.1"
    assert served.ask("/", f"LocalHost:{served.port}")[0] == 200
    assert served.ask("/", method="HEAD") == (200, "")
    for path in ("/../../etc/passwd", "/results.json", "/?x", "/version/"):
        assert served.ask(path)[0] == 404
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert served.ask("/", method=method)[0] == 501


def test_broken_requests_leave_no_trace(serving: Callable[[], Serving], capfd: pytest.CaptureFixture[str]) -> None:
    served = serving()
    for request in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HT", b"A" * 70_000, b""):
        with socket.create_connection(("127.0.0.1", served.port)) as raw:
            raw.sendall(request)
    assert served.ask()[0] == 200
    assert capfd.readouterr() == ("", "")


def test_the_results_so_far_are_written_while_a_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    whole = written_results()
    spec, section = whole.specs[0], whole.specs[0].sections[0]
    moments = iter(float(second) for second in range(1000))
    checks = tuple(replace(check, status=Status.PASSED) for check in section.checks[:2])
    events: list[Event] = [
        RunStarted("live", "s", whole.started, 2),
        SpecStarted(spec.spec, spec.title),
        SectionStarted(spec.spec, section.key, 1, section.heading, 1, None, tuple(check.id for check in checks)),
        *checks,
        RunFinished(1.0),
    ]
    run = RunSoFar()
    so_far = PartialResults([path], run, [], lambda some: some, lambda events: events, lambda: next(moments))
    seen: list[tuple[bool, int]] = []
    for event in so_far.follow(iter(events)):
        run.add(event)
        if isinstance(event, CheckFinished | RunFinished) and path.exists():
            read = read_results(str(path))
            seen.append((read.unfinished, len(read.checks)))
            assert read.exit_code == 3
    assert seen
    assert all(unfinished for unfinished, _ in seen)
    assert json.loads(path.read_text())["unfinished"] is True


def test_a_pipe_gets_the_results_only_once(tmp_path: Path) -> None:
    seen: list[Event] = [RunStarted("live", "s", written_results().started, 0)]
    moments = iter(float(second) for second in range(1000))
    paths = [Path("/dev/null"), tmp_path]
    run = RunSoFar()
    so_far = PartialResults(paths, run, [], lambda some: some, lambda e: e, lambda: next(moments))
    followed = []
    for event in so_far.follow(iter(seen)):
        run.add(event)
        followed.append(event)
    assert followed == seen


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("results.json", "--serve", "--report", "json"), "--serve shows the HTML report: not with --report"),
        (("-", "--serve"), "--serve reads the results again when they change: not from standard input"),
        (("--serve", "99999", "results.json"), "99999 is not in the range 0<=x<=65535"),
        (("--serve",), "Missing argument 'RESULTS.json...'"),
        (("--serve", "broken.json"), "broken.json:1: not JSON"),
        (("--serve", "{port}", "results.json"), "port {port} cannot be used: Address already in use"),
    ],
)
def test_what_cannot_be_served_is_said(qa_sync: QaSync, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    write(tmp_path / "results.json", written_results())
    (tmp_path / "broken.json").write_text("{")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        names = [str(tmp_path / word) if word.endswith(".json") else word.replace("{port}", port) for word in words]
        done = qa_sync("report", *names)
    assert done.code == 2
    assert said.replace("{port}", port) in done.err
