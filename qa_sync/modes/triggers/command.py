"""`command`: a program that runs the sync once; started without a shell."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.systems.redaction import redacted_text

SHOWN = 200


def command(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return a function that runs the program in the folder of the settings, and waits for it."""
    words = context.sync.command
    program = context.redact(words[0])
    folder = context.job.settings.path.parent if context.job.settings.path else Path()

    def run() -> None:
        try:
            done = subprocess.run(  # noqa: S603 - the command of the settings, without a shell
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=context.job.timeout_s,
                check=False,
            )
        except (OSError, ValueError) as error:  # ValueError: an argument contains a null character
            reason = getattr(error, "strerror", None) or error
            text = f"could not start the sync: {program!r}: {context.redact(str(reason))}"
            raise UsageError(text, hint="check command in [sync]") from None
        except subprocess.TimeoutExpired:
            raise NoVerdict(f"the sync ({program}) did not finish within {context.job.timeout_s:g} s") from None
        if done.returncode:
            last_line = _last_line(done.stderr, context.redact)
            raise NoVerdict(f"the sync ({program}) failed with exit code {done.returncode}: {last_line}")

    return run


def _last_line(output: bytes, redact: Callable[[str], str]) -> str:
    """Return the last line of the output, redacted and without control characters."""
    lines = redacted_text(redact, output).split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "no output")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in last[:SHOWN])
