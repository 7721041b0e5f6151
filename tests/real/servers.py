"""What the real systems' servers have in common: a folder that git does not see, commands, a process, and its end."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from msgspec import Struct

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / ".qa-sync" / "real"
"""What is expensive to make and is kept between runs; it can be removed at any time."""

LAST_LINES = 20


class Real(Struct, frozen=True):
    """A started system: where it is, and the key that its API wants."""

    url: str
    key: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def do(words: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run a command to its end; raises RuntimeError with its last words when it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]} ended with {done.returncode}:\n{_tail(done.stdout)}")


@contextmanager
def running(
    words: Sequence[str | Path],
    log: Path,
    ready: Callable[[], bool],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    within_s: float = 300,
) -> Iterator[None]:
    """Have a server running until the block ends; raises RuntimeError with its log's end when it does not get ready."""
    with log.open("wb") as out:
        server = subprocess.Popen(
            [str(word) for word in words],
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + within_s
            while not _answers(ready):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{words[0]} did not get ready:\n{_tail(log.read_text(errors='replace'))}")
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=120)
            server.kill()
            server.wait()


def _answers(ready: Callable[[], bool]) -> bool:
    with suppress(httpx.HTTPError):
        return ready()
    return False


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-LAST_LINES:])
