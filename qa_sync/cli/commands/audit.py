"""`qa-sync audit`: compare the records that already exist with the spec. Writes nothing to any system."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
from msgspec.structs import replace

from qa_sync.cli.notice import notify
from qa_sync.cli.options.config import config_option, settings_from
from qa_sync.cli.options.report_options import report_options
from qa_sync.cli.options.report_targets import Target, parse_targets, source_lines, texts_of, write_reports
from qa_sync.cli.options.selection import section_option, select_sections
from qa_sync.cli.signals import graceful_shutdown
from qa_sync.errors import UsageError
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_named
from qa_sync.modes.job import Job
from qa_sync.reports.shared.escape import escape_invisible
from qa_sync.reports.terminal.terminal import Color, Terminal
from qa_sync.running.collect_results import collect_results
from qa_sync.settings.value_types import DURATION_VALUE


def _age(_context: click.Context, _option: click.Parameter, value: str) -> timedelta:
    text = f"{value[:-1]}min" if value.endswith("m") else value
    try:
        return timedelta(seconds=DURATION_VALUE.read(text))
    except ValueError:
        raise click.BadParameter(f"expected a duration such as 10m or 2h, got {value!r}") from None


def _share(_context: click.Context, _option: click.Parameter, value: str) -> float:
    text, percent = (value[:-1], 100.0) if value.endswith("%") else (value, 1.0)
    try:
        share = float(text) / percent
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise click.BadParameter(f"expected a share such as 0.1%, got {value!r}")
    return share


@click.command()
@click.argument("specs", nargs=-1, metavar="[SPEC]...")
@click.option(
    "--snapshot", type=click.Path(path_type=Path), metavar="DIR", help="Save the records in DIR and resume from there."
)
@click.option("--fresh", is_flag=True, help="Ignore the snapshot and re-read everything.")
@click.option("--left", metavar="PLACE", help="Read source records from an export: a file, a URL, or - (stdin).")
@click.option("--right", metavar="PLACE", help="Read target records from an export.")
@click.option("--key", metavar="COLUMN", help="Compare two files without a SPEC; match records by COLUMN (or A=B).")
@section_option
@click.option("--only", metavar="KEY", help="Compare only records with this id or match value, and their counterparts.")
@click.option("--links", type=click.Path(path_type=Path), metavar="FILE", help="Link store of the sync engine.")
@click.option(
    "--min-age",
    default="0s",
    show_default=True,
    callback=_age,
    metavar="TIME",
    help="Ignore records changed within TIME.",
)
@click.option(
    "--recheck",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Re-read up to N suspected differences before reporting them.",
)
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    metavar="N",
    help="Show N examples per check.",
)
@click.option(
    "--max-drift",
    default="0%",
    show_default=True,
    callback=_share,
    metavar="SHARE",
    help="Share of differences allowed per check.",
)
@click.option(
    "--differences",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="next to the report, else in the snapshot",
    help="Write all differences to a Parquet file.",
)
@click.option(
    "--allow-missing", is_flag=True, help="Skip pairs whose column an export lacks; otherwise each is an error."
)
@click.option(
    "--engine",
    metavar="NAME",
    show_default="duckdb; spark with --spark-master",
    help="Query engine: duckdb or spark.",
)
@click.option(
    "--memory",
    "--memory-limit",
    "memory",
    metavar="SIZE",
    show_default="1GB; with Spark, its own",
    help="Memory limit of the engine; DuckDB uses the disk beyond it.",
)
@click.option("--spark-master", metavar="URL", help="Use Spark with this master; by default two local workers.")
@click.option(
    "--spark-conf",
    multiple=True,
    metavar="KEY=VALUE",
    help="Configure the Spark session, as spark-defaults.conf does.",
)
@config_option
@report_options
def audit(
    specs: tuple[str, ...],
    config: Path | None,
    reports: tuple[str, ...],
    color: Color,
    quiet: bool,
    sections: tuple[str, ...],
    **given: object,
) -> int:
    """Compare all records of the two systems of each SPEC, without writing to them, or two files without a SPEC.

    \b
    qa-sync audit specs/000.txt --snapshot audits/000 --min-age 10m --report json=audit.json
    qa-sync audit specs/000.txt --section Contacts --left wix.jsonl --right erp.csv
    qa-sync audit --left before.csv --right after.csv --key id
    """
    # Ibis and its engines take a second to load, which `--help` must not.
    from qa_sync.audit.planning import exported_labels  # noqa: PLC0415  see above
    from qa_sync.modes.audit import AuditArguments, open_audit  # noqa: PLC0415

    options = AuditArguments(**given)  # type: ignore[arg-type] # click has read them under the same names
    targets = parse_targets(reports, specs)
    _check_places(specs, options.left, options.right, options.key)
    settings = settings_from(config)
    dataflows = read_named(specs)
    selected = select_sections(dataflows, sections)
    connectors = connectors_of(dataflows, settings, exported_labels(selected, (options.left, options.right)))
    dataflows = select_sections(apply_configured_pairs(dataflows, connectors, settings), sections)
    options = replace(options, differences=options.differences or _default_differences(targets, options.snapshot))
    out = sys.stderr if any(t.path is None for t in targets) else sys.stdout
    terminal = Terminal(out, sys.stderr, color=color, quiet=quiet)
    job = Job(dataflows, connectors, Path(), settings=settings, notify=notify)
    with graceful_shutdown(), open_audit(job, options, _progress_printer(quiet)) as opened:
        results = collect_results(terminal.follow(opened.events()))
    terminal.report(results, source_lines(texts_of(dataflow.path for dataflow in dataflows)))
    write_reports(results, targets, quiet=quiet)
    return results.exit_code


def _check_places(specs: tuple[str, ...], left: str | None, right: str | None, key: str | None) -> None:
    if not specs and not (left and right and key):
        raise UsageError(
            "expected a SPEC, or two files with --left, --right and --key, got neither",
            hint="qa-sync audit specs/000.txt compares the systems of qa-sync.toml",
        )
    if specs and key:
        raise UsageError("--key is for two files without a SPEC", hint="qa-sync.toml has [[keys]] for the sections")
    if [*specs, left, right].count("-") > 1:
        raise UsageError("only one of SPEC, --left and --right can be standard input (-)")


def _progress_printer(quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else (lambda text: click.echo(escape_invisible(text), err=True))


def _default_differences(targets: tuple[Target, ...], snapshot: Path | None) -> Path | None:
    """Return the default file for the differences: next to the first report file, else in the snapshot."""
    report = next((t.path for t in targets if t.path), None)
    if report is not None:
        return report.with_name(f"{report.stem}.differences.parquet")
    return snapshot / "differences.parquet" if snapshot else None
