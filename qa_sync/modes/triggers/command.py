"""`command`: a program of the user's that runs the sync once; started without a shell."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from qa_sync.errors import NoVerdict, UsageError
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext

SHOWN = 200


def command(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return what runs the program, in the folder of the settings, and waits for its end."""
    words = context.sync.command
    folder = context.job.settings.path.parent if context.job.settings.path else Path()

    def run() -> None:
        try:
            done = subprocess.run(  # noqa: S603 - the user's own words, and no shell
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=context.job.timeout_s,
                check=False,
            )
        except (OSError, ValueError) as error:  # the latter for a word with a null in it
            why = getattr(error, "strerror", None) or error
            text = f"the sync could not be started: {words[0]!r}: {why}"
            raise UsageError(text, hint="see command in [sync]") from None
        except subprocess.TimeoutExpired:
            raise NoVerdict(f"the sync ({words[0]}) was not over after {context.job.timeout_s:g} s") from None
        if done.returncode:
            raise NoVerdict(
                f"the sync ({words[0]}) ended with {done.returncode}: {_last_line(done.stderr, context.redact)}"
            )

    return run


def _last_line(output: bytes, redact: Callable[[str], str]) -> str:
    """Return the last thing that was said, with no secret in it and nothing that a terminal would act on."""
    lines = redact(output.decode("utf-8", "replace")).split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in last[:SHOWN])
