"""Reads the verdicts of manual checks from a TOML file, `--sign-off PATH`.

[[sign_off]]
check = "000/1-wix-com-contacts-to-customerp-contact/condition"
verdict = "passed"                  # or "failed"
note = "tried with deal 17"
by = "Kari"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.files import read_limited
from qa_sync.location import Location
from qa_sync.settings.read import MAX_SETTINGS, MAX_SETTINGS_BYTES
from qa_sync.toml_text import parse_toml

VERDICTS = ("passed", "failed")
EXAMPLE = 'write for each check: [[sign_off]] with check = "ID", verdict = "passed", note = "...", by = "..."'
KEYS: Mapping[str, str] = {
    "check": "The id of a manual check.",
    "verdict": "`passed` or `failed`.",
    "note": "What the person found.",
    "by": "Who the person is.",
}
"""The keys of a row, and what they hold."""


class SignOff(Struct, frozen=True):
    """A person's verdict on one check."""

    passed: bool
    note: str = ""
    by: str = ""

    @property
    def summary(self) -> str:
        """The author and the note of the verdict."""
        who = f"signed off by {self.by}" if self.by else "signed off by a person"
        return f"{who}: {self.note}" if self.note else who


def load_sign_offs(path: Path) -> Mapping[str, SignOff]:
    """Return the sign-offs in a file by check id; raises UsageError with every problem."""
    try:
        document = parse_toml(read_limited(path, MAX_SETTINGS_BYTES, MAX_SETTINGS).decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}", hint="pass the path of a TOML file to --sign-off"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"not TOML: {error}", location=Location(str(path)), hint=EXAMPLE) from None
    rows = document.get("sign_off")
    if not isinstance(rows, list) or document.keys() != {"sign_off"}:
        got = ", ".join(map(repr, document)) or "nothing"
        raise UsageError(
            f"expected a list of tables [[sign_off]], got {got}", location=Location(str(path)), hint=EXAMPLE
        )
    problems = [f"[[sign_off]] number {n}: {problem}" for n, row in enumerate(rows, 1) if (problem := _problem(row))]
    if problems:
        raise UsageError("\n".join(problems), location=Location(str(path)))
    return {row["check"]: SignOff(row["verdict"] == "passed", row.get("note", ""), row.get("by", "")) for row in rows}


def _problem(row: Any) -> str | None:
    if not isinstance(row, dict) or not isinstance(row.get("check"), str):
        return 'expected the id of a check: check = "..."'
    if row.get("verdict") not in VERDICTS:
        return f"verdict: expected one of {', '.join(VERDICTS)}, got {row.get('verdict')!r}"
    if unknown := row.keys() - KEYS.keys():
        return f"unknown key {min(unknown)!r}; expected one of: {', '.join(sorted(KEYS))}"
    wrong = (name for name in ("note", "by") if not isinstance(row.get(name, ""), str))
    return next((f"{name}: expected a string" for name in wrong), None)
