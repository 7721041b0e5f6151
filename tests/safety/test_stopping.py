"""A signal ends every command while it waits for a system that accepts connections and says nothing, or is gone.

No test has a time to keep: a command that waits for such a system would not end before the test gives up.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_caller import ROOT, QaSync, Serve
from live_run import base_of, by_way_of, forward
from loopback import loopback
from standing import prints_of
from waits import GUARD_S, NO_TLS, ended, running, until

SPEC = "specs/000.txt"
IMPATIENT = Path(__file__).with_name("impatient.py")
SIGNALS = [
    signal.SIGTERM,
    *(pytest.param(number, marks=pytest.mark.slow) for number in (signal.SIGINT, signal.SIGHUP)),
]


@contextmanager
def silent() -> Iterator[tuple[str, threading.Event]]:
    """Yield the url of a server that never answers, and an event that its first request sets."""
    requested, connections = threading.Event(), []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connections.append(connection)
                connection.recv(1)
                requested.set()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", requested
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in connections:
        connection.close()


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, threading.Event]]:
    """Settings for systems that never answer."""
    with silent() as (url, requested):
        path = tmp_path / "qa-sync.toml"
        monkeypatch.setenv("SOME_KEY", "key-0001-of-the-test")
        monkeypatch.setenv("SITE", "site-0001")
        path.write_text(
            f'[systems."Wix.com"]\nurl = "{url}"\nwrites = true\n'
            f'secrets = {{ api_key = "$SOME_KEY", site_id = "$SITE" }}\n'
            f'[systems."Customerp"]\nurl = "{url}"\nwrites = true\nsecrets = {{ token = "$SOME_KEY" }}\n'
            '[sync]\ntrigger = "wait"\n'
        )
        yield path, requested


STATE = {"sync": "--links", "observe": "--state"}
ENDED = "nterrupted|Stopped"
WAITING = {
    "check": ("check", SPEC, "--mode", "live", "--config"),
    "record": ("check", SPEC, "--mode", "record", "--config"),
    "sync": ("sync", SPEC, "--config"),
    "watch": ("sync", SPEC, "--watch", "1s", "--config"),
    "audit": ("audit", SPEC, "--config"),
    "observe": ("observe", SPEC, "--config"),
    "connectors check": ("connectors", "check", "--config"),
}


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", WAITING)
def test_a_signal_ends_a_command_that_waits_for_a_silent_system(
    command: str, number: int, config: tuple[Path, threading.Event], tmp_path: Path
) -> None:
    path, requested = config
    words = [*WAITING[command], str(path)]
    words += [STATE[words[0]], str(tmp_path / "state.sqlite")] if words[0] in STATE else []
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with running(["-m", "qa_sync", *words], env=env) as process:
        until(requested.is_set, process)
        process.send_signal(number)
        out, reported = ended(process)
    assert process.returncode == 3, out + reported
    assert "Traceback" not in reported
    assert re.search(ENDED, out + reported)
    assert list(tmp_path.glob("qa-sync-audit-*")) == []


EARLY = """\
import os, signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
"""


@pytest.mark.parametrize("command", ["lint", "check", "--help"])
def test_ctrl_c_while_the_program_is_loaded_ends_it_without_a_traceback(command: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(EARLY)
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    with running(["-m", "qa_sync", command, SPEC], env=env) as process:
        out, reported = ended(process)
    assert process.returncode == -signal.SIGINT
    assert (out, reported) == ("", "")


STUCK = """\
import pathlib, socket, threading

def stuck(host, *rest, **options):
    if host != "stuck.test":
        return found(host, *rest, **options)
    pathlib.Path({0!r}).touch()
    while True:
        try:
            threading.Event().wait()
        except BaseException:  # the C library does not let Python's handlers run
            pass

found, socket.getaddrinfo = socket.getaddrinfo, stuck
"""


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    "command",
    [name if name in {"connectors check", "check"} else pytest.param(name, marks=pytest.mark.slow) for name in WAITING],
)
def test_a_signal_ends_a_command_that_waits_for_a_silent_name_server(
    command: str, number: int, config: tuple[Path, threading.Event], tmp_path: Path
) -> None:
    path, marker = config[0], tmp_path / "asked"
    path.write_text(re.sub(r"http://[^\"]*", "http://stuck.test", path.read_text()))
    (tmp_path / "sitecustomize.py").write_text(STUCK.format(str(marker)))
    words = [*WAITING[command], str(path)]
    words += [STATE[words[0]], str(tmp_path / "state.sqlite")] if words[0] in STATE else []
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "TMPDIR": str(tmp_path)}
    with running([str(IMPATIENT), *words], env=env) as process:
        until(marker.exists, process)
        process.send_signal(number)
        out, reported = ended(process)
    assert process.returncode == 3, out + reported
    assert "Traceback" not in reported
    assert re.search(ENDED, out + reported)


@pytest.mark.parametrize("how", ["gone", pytest.param("silent", marks=pytest.mark.slow)])
def test_an_interrupted_run_gives_up_systems_that_do_not_answer(how: str, serve: Serve, qa_sync: QaSync) -> None:
    config, real = serve(SPEC, "--every", "0.1"), httpx.Client(verify=NO_TLS, trust_env=False)
    over, free = threading.Event(), threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        if over.is_set():
            assert how == "gone" or free.wait(GUARD_S)
            return httpx.Response(503)
        return forward(real, base_of(config), request)

    report = config.with_name("report.json")
    with real, loopback(answer) as door:
        way = by_way_of(config, door.url)
        words = ["check", SPEC, "--mode", "live", "--config", str(way), "--report", f"json={report}", "--section", "1"]
        with running([str(IMPATIENT), *words], env={**os.environ, "PYTHONPATH": str(ROOT)}) as process:
            until(lambda: prints_of(config), process)
            over.set()
            process.send_signal(signal.SIGTERM)
            _, reported = ended(process)
            free.set()
        assert process.returncode == 3
        assert re.search(r"Interrupted with \d+ .*: stopping the run and removing its records\.", reported)
        assert "not removed: " in reported
        assert json.loads(report.read_text())["leftovers"]
        over.clear()
        assert qa_sync("cleanup", "--config", str(way)).code == 0


def test_timeout_of_coreutils_lets_the_cleanup_finish(serve: Serve) -> None:
    """It sends the signal to its child and then to the group: two signals, one of them at nearly the same time."""
    config = serve(SPEC, "--every", "0.1")
    words = ["check", SPEC, "--mode", "live", "--config", str(config), "-q", "--section", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "qa_sync", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    until(lambda: prints_of(config))
    process.send_signal(signal.SIGTERM)
    os.killpg(process.pid, signal.SIGTERM)
    _, reported = ended(process)
    assert process.returncode == 3
    assert "Aborted" not in reported
    assert "cleanup finished: " in reported
    assert all(
        "Wix has no endpoint for it" in line for line in reported.splitlines() if line.startswith("not removed: ")
    )


ITEMS = """\
Wix.com to Customerp Dataflow
=============================

Generated: 2026-11-30 10:00:00

Wix.com Products to Customerp Product
-------------------------------------
Every Wix.com Products will be synchronized with a Customerp Product.

The following properties are synchronized between a Wix.com Products and a Customerp Product:

.. list-table::
   :header-rows: 1

   * - Wix.com Products Property
     - Customerp Product Property
     - Customerp Data Type
   * - name
     - name
     - string
"""
COMMANDS = {
    "check": ("check", SPEC, "--no-history"),
    "check as JSON": ("check", SPEC, "--no-history", "--report", "json"),
    "check that fails": ("check", SPEC, "--no-history", "--mode", "sandbox", "--fault", "one-way", "--section", "1"),
    "lint": ("lint", SPEC, "--format", "sarif"),
    "show": ("show", SPEC),
    "help": ("--help",),
    "report": ("report", "{0}/r.json"),
    "report as HTML": ("report", "{0}/r.json", "--report", "html"),
    "audit": (
        "audit",
        "{0}/items.txt",
        "--left",
        "{0}/left.jsonl",
        "--right",
        "{0}/right.jsonl",
        "--config",
        "{0}/qa-sync.toml",
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands read: results, and a small audit."""
    place = tmp_path_factory.mktemp("files")
    command = [sys.executable, "-m", "qa_sync", "check", SPEC, "--no-history", "-q", "--report", f"json={place}/r.json"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=GUARD_S)
    for name in ("left.jsonl", "right.jsonl"):
        (place / name).write_text('{"id": "1", "name": "A", "sku": "1", "itemNumber": "1", "productId": "1"}\n')
    (place / "qa-sync.toml").write_text(
        '[[keys]]\nsection = "Wix.com Products to Customerp Product"\nsource = "sku"\ntarget = "itemNumber"\n'
    )
    (place / "items.txt").write_text(ITEMS)
    return place


QUICK = {"check": "pipe", "help": "pipe", "report": "pipe"}
"""How the output is closed in each run of the tests (others: `stdout`); the other way is slow."""


def ways() -> list[Any]:
    return [
        pytest.param(name, closed, marks=[] if closed == QUICK.get(name, "stdout") else pytest.mark.slow)
        for name in COMMANDS
        for closed in ("pipe", "stdout")
    ]


@pytest.mark.parametrize(("name", "closed"), ways())
def test_output_that_no_one_gets_is_no_verdict(name: str, closed: str, files: Path) -> None:
    words = [word.format(files) for word in COMMANDS[name]]
    line = " ".join(f"'{word}'" for word in [sys.executable, "-m", "qa_sync", *words])
    # `true` reads nothing; the shell waits for it before the command writes.
    shell = f"{line} >&-" if closed == "stdout" else f"{{ sleep 0.3; {line}; echo $? >&2; }} | true"
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, check=False, capture_output=True, text=True, timeout=GUARD_S)
    code = done.returncode if closed == "stdout" else int(done.stderr.splitlines()[-1])
    assert code == 3, done.stderr
    assert "internal error" not in done.stderr
    assert "Exception ignored" not in done.stderr
