"""The channels of alerts: a command that gets the JSON on standard input, and a web hook that gets it by POST."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from contextlib import suppress
from functools import partial
from typing import Final

import httpx

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.observe_outputs.alerts import Send
from qa_sync.systems.redaction import Redactor, redacted_text, url_secrets

TIMEOUT_S: Final = 10.0
"""How long a channel may take, in seconds: the lists are not read meanwhile."""
SHOWN: Final = 200


def command_channel(command: str, redact: Redactor) -> Send:
    """Return a channel that starts a command, without a shell; raises UsageError for one that is not valid."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--alert-cmd: {error}", hint="quote it as for a shell") from None
    if not words:
        raise UsageError("--alert-cmd: expected a command, got an empty text")
    return partial(_run, words, redact)


def url_channel(url: str, redact: Redactor) -> Send:
    """Return a channel that sends a POST request to a URL, all of whose path is secret; raises UsageError."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise UsageError("--alert-url: expected a URL such as https://chat.example.com/hooks/...")
    path = parsed.raw_path.decode()
    redact.add_secrets(*url_secrets(url), *([path.lstrip("/")] if len(path) >= _LONG else []))
    return partial(_post, parsed, redact)


_LONG: Final = 8
"""The length from which the path of a web hook is taken for a token."""


def _run(words: list[str], redact: Redactor, text: str) -> None:
    name = redact(words[0])
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's command, without a shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that Ctrl-C ends the observation, and not the alert
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NoVerdict(f"{name}: {redact(str(reason))}", hint="check --alert-cmd") from None
    with process:
        try:
            _, errors = process.communicate(text.encode(), timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise NoVerdict(f"{name} did not end within {TIMEOUT_S:g} s") from None
    if process.returncode:
        raise NoVerdict(f"{name} failed with exit code {process.returncode}: {_last_line(errors, redact)}")


def _last_line(output: bytes, redact: Redactor) -> str:
    lines = [line.strip() for line in redacted_text(redact, output).split("\n") if line.strip()]
    return lines[-1][:SHOWN] if lines else "no output"


def _post(url: httpx.URL, redact: Redactor, text: str) -> None:
    try:
        response = httpx.post(
            url, content=text.encode(), headers={"Content-Type": "application/json"}, timeout=TIMEOUT_S
        )
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
        raise NoVerdict(f"{url.host}: {redact(str(error) or type(error).__name__)}") from None
    if not response.is_success:
        raise NoVerdict(f"{url.host} responded with status {response.status_code}")
