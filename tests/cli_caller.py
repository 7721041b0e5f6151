"""What a test of the command line gets: the program as a function, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[1]


class Answer(Struct, frozen=True):
    """What the program did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


QaSync = Callable[..., Answer]

Serve = Callable[..., Path]
"""Serves the sandbox with the given words, exports what it says, and returns its settings (a file called `name`)."""
