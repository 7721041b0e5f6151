"""What the HTTP libraries log, without secrets: they write urls and headers as they are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TALKERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""The loggers of httpx and what it stands on; a filter holds for the logger that it is put on, not for its children."""

SIGNERS: Final = ("oauthlib", "spnego")
"""Tell at DEBUG what they sign and how, step by step; of an NTLM answer a password can be guessed."""


def hide_in_logs(hide: Callable[[str], str]) -> None:
    """Take out of what the HTTP libraries log from now on what `hide` takes out of a text."""
    for name in TALKERS:
        logging.getLogger(name).addFilter(_Hiding(hide))  # a filter that is there already is not added again
    for name in SIGNERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def show_in_logs(hide: Callable[[str], str]) -> None:
    """Undo `hide_in_logs`."""
    for name in TALKERS:
        logging.getLogger(name).removeFilter(_Hiding(hide))


@dataclass(frozen=True, slots=True)
class _Hiding:
    hide: Callable[[str], str]

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.hide(record.getMessage()), ()
        return True
