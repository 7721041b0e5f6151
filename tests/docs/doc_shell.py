"""A reader's shell: runs a page's commands in one folder, in order, each where and with what the last one left."""

from __future__ import annotations

import os
import queue
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from cli_caller import ROOT
from msgspec import Struct

HUNG_S = 300
"""A guard against a command that waits forever; no command is expected to need a part of it."""
IN_CLONE = ("specs", "cassettes", "docs/tutorial/servers", "docs/tutorial/files", "docs/guides/files")
"""What a reader who cloned the project finds in the working folder, as far as examples use it."""
PROGRESS = re.compile(r"^\[\d+/\d+\] .*\n", re.MULTILINE)
"""Lines of progress, which a terminal shows only while a run goes on."""
WRAPPED = """\
. "$STATE/environment"; cd "$(cat "$STATE/folder")"
(exit {code}); eval {command}
code=$?; declare -px | grep -v '^declare -[a-z]*r' > "$STATE/environment"; pwd > "$STATE/folder"; exit $code
"""


class Command(Struct, frozen=True):
    """A command of a console example and the lines that it prints there (None: none are shown)."""

    text: str
    output: str | None = None


def commands_of(block: str) -> list[Command]:
    """Return the commands of a console example; without `$` prompts each line is a command."""
    block = block.replace("\\\n", "\\\r")
    if not block.startswith("$ "):
        lines = (line for line in block.splitlines() if line and not line.startswith("#"))
        return [Command(line.replace("\\\r", "\\\n")) for line in lines]
    found = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        text, _, output = part.replace("\\\r", "\\\n" if "\n" not in part else "\x00").partition("\n")
        found.append(Command(text.replace("\x00", "\\\n"), output.strip("\n") or None))
    return found


def pattern(output: str) -> str:
    """Return the expression for an output: a line `...` is any lines, `...` in a line any text, a duration any number.

    Blanks at the end of a line, which an editor removes, do not matter.
    """
    return "\n".join(map(_line, output.split("\n")))


def _line(shown: str) -> str:
    if shown.strip() == "...":
        return r"(?:.*\n)*?.*"
    escaped = re.escape(shown.rstrip()).replace(re.escape("..."), ".*")
    return re.sub(r"\d+\\\.\d\d\\ s\b", r"\\d+\\.\\d\\d\\ s", escaped) + " *"


class Server(Struct, frozen=True):
    """A server that a page starts, and the thread that reads what it prints."""

    command: str
    process: subprocess.Popen[str]
    reader: threading.Thread


class Shell(Struct):
    """One page's shell; `folder` is the reader's working folder, `state` is kept beside it."""

    folder: Path
    state: Path
    ports: dict[str, str] = {}
    last_code: int = 0
    servers: list[Server] = []

    @classmethod
    def start(cls, folder: Path, state: Path, ports: list[str]) -> Shell:
        folder.mkdir()
        for name in IN_CLONE:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        programs = state / "bin"
        programs.mkdir(parents=True)
        for name, module in (("qa-sync", "qa_sync"), ("pytest", "pytest"), ("python", None), ("python3", None)):
            words = f"{shlex.quote(sys.executable)} {f'-m {module}' if module else ''}"
            (programs / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
            (programs / name).chmod(0o755)
        variables = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(state),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "COLUMNS": "80",
        }
        (state / "environment").write_text("".join(f"export {k}={shlex.quote(v)}\n" for k, v in variables.items()))
        (state / "folder").write_text(str(folder))
        shell = cls(folder, state, {port: free_port() for port in ports})
        # A server that is started without `--port` takes the port that its script names.
        for path in (folder / "docs").rglob("*.*"):
            path.write_text(shell.here(path.read_text(encoding="utf-8")), encoding="utf-8")
        return shell

    def here(self, text: str) -> str:
        """Return a text with the ports that this test uses."""
        for shown, taken in self.ports.items():
            text = re.sub(rf"\b{shown}\b", taken, text)
        return text

    def run(self, command: str) -> tuple[int, str]:
        """Run a command and return its exit code and all that it prints on a terminal."""
        done = subprocess.run(
            self._words(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={"STATE": str(self.state), "PATH": os.environ["PATH"]},
            timeout=HUNG_S,
            check=False,
        )
        self.last_code = done.returncode
        return done.returncode, PROGRESS.sub("", done.stdout).strip("\n")

    def serve(self, command: str, lines: int) -> str:
        """Start a server and return its first lines, at least one."""
        process = subprocess.Popen(
            self._words(f"exec {command}"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={"STATE": str(self.state), "PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
        )
        printed: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, printed), daemon=True)
        reader.start()
        self.servers.append(Server(command, process, reader))
        return "".join(printed.get(timeout=HUNG_S) for _ in range(max(lines, 1))).strip("\n")

    def stop(self) -> None:
        """End the servers by Ctrl-C; raises AssertionError if one ended earlier or does not end."""
        ended_early = [server.command for server in self.servers if server.process.poll() is not None]
        for server in self.servers:
            server.process.send_signal(signal.SIGINT)
        for server in self.servers:
            try:
                server.process.wait(timeout=HUNG_S)
            finally:
                server.process.kill()
                server.reader.join()
        self.servers.clear()
        assert not ended_early, f"a server ended before Ctrl-C: {ended_early}"

    def _words(self, command: str) -> list[str]:
        script = WRAPPED.format(code=self.last_code, command=shlex.quote(command))
        return ["bash", "-c", script]


def _read(process: subprocess.Popen[str], printed: queue.Queue[str]) -> None:
    """Read until the end, so that a server is never blocked by a full pipe."""
    assert process.stdout
    with process.stdout as lines:
        for line in lines:
            printed.put(line)
    printed.put("(ended)\n")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])
