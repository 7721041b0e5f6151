"""`--sign-off PATH` and `--interactive`: the results of manual checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_sync.checklist.model import Check, Checklist
from qa_sync.errors import UnknownName, UsageError
from qa_sync.reports.shared.escape import escape_invisible

if TYPE_CHECKING:
    from qa_sync.settings.sign_off import SignOff


def sign_off_source(
    path: Path | None, checklists: Iterable[Checklist], *, interactive: bool
) -> Callable[[Check], SignOff | None]:
    """Return the function that gives the sign-off of a manual check: from the file, else by asking, else None.

    Raises UsageError for a file that signs off a check that is not manual.
    """
    if path is None and not interactive:
        return lambda _check: None
    from qa_sync.settings.sign_off import load_sign_offs  # noqa: PLC0415 - few runs have manual results

    signed = load_sign_offs(path) if path else {}
    if signed:
        _only_manual(signed, checklists)

    def sign_off_of(check: Check) -> SignOff | None:
        if check.id in signed:
            return signed[check.id]
        return _ask(check) if interactive else None

    return sign_off_of


def _only_manual(signed: Mapping[str, SignOff], checklists: Iterable[Checklist]) -> None:
    checks = {c.id: c for checklist in checklists for plan in checklist.sections for c in plan.checks}
    for name in signed:
        if name not in checks:
            raise UnknownName("check", name, checks)
        if not checks[name].manual:
            raise UsageError(f"{name} is not a manual check", hint="remove the entry from the sign-off file")


def _ask(check: Check) -> SignOff | None:
    """Ask on standard error, so that standard output has the report only."""
    click.echo(escape_invisible(f"\n{check.kind}: {check.title}\n{check.manual or ''}", lines=True), err=True)
    result = click.prompt("[p]ass, [f]ail or [s]kip", type=click.Choice(["p", "f", "s"]), default="s", err=True)
    if result == "s":
        return None
    from qa_sync.settings.sign_off import SignOff  # noqa: PLC0415 - as above

    return SignOff(result == "p", click.prompt("note", default="", show_default=False, err=True))
