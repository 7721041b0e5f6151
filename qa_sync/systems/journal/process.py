"""Whether the process that a run belongs to is still at work."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

HOST: Final = socket.gethostname()
START: Final = 19
"""The place of the start time in /proc/PID/stat, counted after the command's closing bracket."""


def process_started(pid: int) -> str:
    """Return when a process began, as its system counts (proc_pid_stat(5)); empty where that is not told.

    A number is given again to another process, but not with the same beginning.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in {"Z", "X"} else rest[START - 1]


def is_alive(host: str, pid: int, since: str) -> bool:
    """Tell whether that process is at work; one on another machine is taken to be."""
    if host != HOST:
        return True
    if since:
        return process_started(pid) == since
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is somebody else's
    return True
