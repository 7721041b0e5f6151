"""Database servers of Debian on loopback, with data in a folder of their own: PostgreSQL and MariaDB."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from waits import until

PASSWORD = "s3cr3t-pass"  # noqa: S105 - of a server that only this test knows

INIT = f"""CREATE USER ann@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO ann@'127.0.0.1';
CREATE DATABASE shop;
"""
"""A statement on each line."""


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a database without its name; skips the test where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with _folder("postgres") as (folder, as_user):
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        start = [
            str(folders[-1] / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "ann",
            "-E",
            "UTF8",
            "-A",
            "scram-sha-256",
        ]
        subprocess.run([*as_user, *start, f"--pwfile={folder / 'password'}"], check=True, capture_output=True)
        port = _free_port()
        options = ["-D", str(folder / "data"), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
        with _running([*as_user, str(folders[-1] / "postgres"), *options, "-c", "fsync=off"], port):
            yield f"postgresql://ann:{PASSWORD}@127.0.0.1:{port}"


@contextmanager
def mariadb() -> Iterator[str]:
    """Yield the URL of a database without its name; skips the test where MariaDB is not installed."""
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    install = shutil.which("mariadb-install-db")
    if not server or not install:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server")
    with _folder("mysql") as (folder, as_user):
        data, port = f"--datadir={folder / 'data'}", _free_port()
        subprocess.run([*as_user, install, "--no-defaults", data, "--skip-test-db"], check=True, capture_output=True)
        (folder / "init.sql").write_text(INIT, encoding="utf-8")
        options = [f"--port={port}", f"--socket={folder / 's'}", f"--init-file={folder / 'init.sql'}"]
        options += ["--bind-address=127.0.0.1", "--skip-name-resolve"]
        with _running(
            [*as_user, server, "--no-defaults", data, *options, f"--port={port}", "--skip-name-resolve"], port
        ):
            yield f"mysql://ann:{PASSWORD}@127.0.0.1:{port}"


@contextmanager
def _folder(user: str) -> Iterator[tuple[Path, Sequence[str]]]:
    """Yield a folder and how a command is run by its owner; root may not start a server."""
    folder = Path(tempfile.mkdtemp(prefix="qa-sync-test-"))
    is_root = os.geteuid() == 0
    try:
        if is_root:
            shutil.chown(folder, user)
        yield folder, ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if is_root else []
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as server:
        try:
            until(lambda: _answers(port) or server.poll() is not None)
            assert server.poll() is None, command
            yield
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
