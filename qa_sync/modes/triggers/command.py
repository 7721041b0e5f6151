"""`command`: a program that runs the sync once; started without a shell."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.systems.redaction import redacted_text

SHOWN = 200
LOOK_S = 0.2
END_S = 2.0
"""The seconds in which a command may end by itself."""


def command(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return a function that runs the program in the folder of the settings, and waits for it."""
    words = context.sync.command
    program = context.redact(words[0])
    folder = context.job.settings.path.parent if context.job.settings.path else Path()

    def run() -> None:
        try:
            code, output = _run(words, folder, context)
        except (OSError, ValueError) as error:  # ValueError: an argument contains a null character
            reason = getattr(error, "strerror", None) or error
            text = f"could not start the sync: {program!r}: {context.redact(str(reason))}"
            raise UsageError(text, hint="check command in [sync]") from None
        except subprocess.TimeoutExpired:
            raise NoVerdict(f"the sync ({program}) did not finish within {context.job.timeout_s:g} s") from None
        if code:
            last_line = _last_line(output, context.redact)
            raise NoVerdict(f"the sync ({program}) failed with exit code {code}: {last_line}")

    return run


def _run(words: Sequence[str], folder: Path, context: TriggerContext) -> tuple[int, bytes]:
    """Return the exit code of a command and what it printed on standard error.

    An interruption and the timeout, for which subprocess.TimeoutExpired is raised, end the command too.
    """
    ends = time.monotonic() + context.job.timeout_s
    with subprocess.Popen(  # noqa: S603 - the command of the settings, without a shell
        words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            while True:
                try:
                    _, errors = process.communicate(timeout=LOOK_S)
                except subprocess.TimeoutExpired:
                    if time.monotonic() > ends:
                        raise
                    context.clock.sleep(0)  # raises KeyboardInterrupt when the run is interrupted
                else:
                    return process.returncode, errors
        except BaseException:
            _end(process)
            raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command, which may clean up for a moment."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()


def _last_line(output: bytes, redact: Callable[[str], str]) -> str:
    """Return the last line of the output, redacted and without control characters."""
    lines = redacted_text(redact, output).split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "no output")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in last[:SHOWN])
