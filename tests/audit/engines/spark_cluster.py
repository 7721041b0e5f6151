"""A standalone Spark master on loopback with two workers, each with a temporary folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

LOOPBACK = "127.0.0.1"
PATIENCE_S = 300.0
"""A guard only: a master takes a few seconds."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        found: int = taken.getsockname()[1]
    return found


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a master and two workers; yield the URL of the master."""
    port = free_port()
    url = f"spark://{LOOPBACK}:{port}"
    running = [_start(folder / "master", "master.Master", "--host", LOOPBACK, "--port", str(port))]
    try:
        _wait_for(port, running[0])
        for name in ("one", "two"):
            own = folder / name
            words = ("--host", LOOPBACK, "--cores", "1", "--memory", "1g", "--work-dir", str(own / "work"))
            running.append(_start(own, "worker.Worker", url, *words))
        yield url
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait()


def _start(folder: Path, role: str, *words: str) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True)
    spec = find_spec("pyspark")
    assert spec
    assert spec.origin
    program = Path(spec.origin).parent / "bin" / "spark-class"
    own = {**os.environ, "TMPDIR": str(folder), "SPARK_LOCAL_DIRS": str(folder)}
    command = [str(program), f"org.apache.spark.deploy.{role}", *words, "--webui-port", "0"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, env=own, stdout=log, stderr=log)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, "the master has ended"
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"no master on port {port}")
