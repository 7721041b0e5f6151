"""What the HTTP libraries log, without secrets: they write urls and headers as they are."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TALKERS: Final = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")
"""The loggers of httpx and what it stands on; a filter holds for the logger that it is put on, not for its children."""

SIGNER: Final = "oauthlib"
"""Tells at DEBUG what it signs, step by step; nobody needs that."""


def hide_in_logs(hide: Callable[[str], str]) -> None:
    """Take out of what the HTTP libraries log from now on what `hide` takes out of a text."""
    for name in TALKERS:
        logging.getLogger(name).addFilter(_Hiding(hide))  # a filter that is there already is not added again
    logging.getLogger(SIGNER).setLevel(logging.WARNING)


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
