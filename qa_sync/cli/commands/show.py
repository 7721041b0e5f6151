"""`qa-sync show`: print the checklist of a spec without running it."""

from __future__ import annotations

from pathlib import Path

import click

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.lint.findings import findings_of
from qa_sync.cli.options.config import config_option, settings_from, utf8
from qa_sync.modes.documents import apply_configured_pairs, known_connectors_of, read_all
from qa_sync.reports.documents import checklist_json, checklist_text


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Output format.")
@config_option
@click.option("--seed", default="", callback=utf8, help="Seed of the sample records.", show_default="none")
def show(specs: tuple[str, ...], format_: str, config: Path | None, seed: str) -> None:
    """Print the checklist of each SPEC without running it.

    \b
    qa-sync show specs/000.txt
    qa-sync show specs/000.txt --format json
    """
    settings = settings_from(config)
    dataflows = read_all(specs)
    connectors = known_connectors_of(dataflows, settings)
    cards = {label: connector.cards for label, connector in connectors.items()}
    findings = findings_of(dataflows, cards)  # of the specs alone, before the settings add pairs
    dataflows = apply_configured_pairs(dataflows, connectors, settings)
    checklists = [
        compile_checklist(d, cards, seed, found, settings=settings)
        for d, found in zip(dataflows, findings, strict=True)
    ]
    if format_ == "json":
        click.echo(checklist_json.render(checklists), nl=False)
    else:
        click.echo("\n".join(checklist_text.render(c) for c in checklists), nl=False)
