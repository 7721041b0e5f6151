"""`--left FILE --right FILE`: reads exports.

Parquet is used in place if the engines hold every value exactly (`in_place`); JSON Lines, CSV and other Parquet are
converted first, by columns where possible (`csv_columns`), else row by row (`row_formats`).
Columns are named by their property paths; nested records are read by these paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import ibis
import pyarrow as pa
from msgspec import Struct

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cells import is_unicode
from qa_sync.audit.expressions.columns import DAYS, FRACTION, TIMES, Expr, fits
from qa_sync.audit.formats.row_formats import TEXTS, csv_names, ending_of, separator_of
from qa_sync.audit.progress import Progress
from qa_sync.audit.reading.csv_columns import CsvFile, NotPlain, encoded_columns
from qa_sync.audit.reading.encoded_export import EncodedFile, Encoder, Numbered
from qa_sync.audit.reading.in_place import exact_table
from qa_sync.audit.records.members import MemberSearch
from qa_sync.audit.records.unique_ids import check_unique_ids, id_of
from qa_sync.audit.sources.source import ExportFile, ExportSource
from qa_sync.errors import UsageError, did_you_mean
from qa_sync.location import Location
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import root_name

READ: Final = "records read"


class Into(Struct, frozen=True):
    """The file to which records are converted, and what takes lines about the progress."""

    file: Path
    report: Callable[[str], None]


class Export(Struct, frozen=True):
    """An export: its table, the column numbers by path, the paths without a column, and names of columns it has."""

    table: Table
    columns: Mapping[str, int]
    absent: frozenset[str]
    names: frozenset[str]
    native: bool = False


def load_export(engine: Engine, source: ExportSource, card: EntityCard, columns: tuple[str, ...], into: Into) -> Export:
    """Return an export's records; raises UsageError for a damaged file, and for missing or duplicate ids."""
    if (raw := exact_table(engine, source, card, columns)) is not None:
        export = _unchanged_table(engine, raw, card, columns)
    else:
        export = _converted(engine, source, card, columns, into)
    check_unique_ids(engine, source, card, export.table)
    return export


def _names(source: ExportSource) -> frozenset[str] | None:
    """Return the names of the columns, None if the files have none; raises UsageError for files that differ in them."""
    found: dict[str, frozenset[str]] = {}
    for file in source.files:
        columns = file.columns()
        if columns is not None:
            found[file.name] = frozenset(columns.names if isinstance(columns, pa.Schema) else columns)
    if len(found) < len(source.files):
        return None
    first, names = next(iter(found.items()))
    for name, others in found.items():
        for here, there, lacks, has in ((others, names, name, first), (names, others, first, name)):
            if lacking := min(there - here, default=None):
                raise UsageError(
                    f"{lacks}: no column {lacking!r}, which {has} has", hint="are these parts of one export?"
                )
    return names


def _converted(engine: Engine, source: ExportSource, card: EntityCard, columns: tuple[str, ...], into: Into) -> Export:
    present = _names(source)
    if present is not None and not _has(present, card.key):
        near = did_you_mean(card.key, present)
        raise UsageError(f"{source.name}: no column {card.key!r}, which is the id of the records", hint=near)
    kept = tuple(c for c in columns if present is None or _has(present, c))
    members = MemberSearch.of(kept)
    absent = frozenset(columns) - {*kept}
    texts = all(ending_of(file.path) in TEXTS for file in source.files)
    if not (texts and _written_by_columns(source, card, kept, into)):
        _write_rows(source, members, card, kept, into)
        absent |= members.absent
    numbers = {path: at for at, path in enumerate(kept)}
    return Export(engine.read([into.file]), numbers, absent, (present or frozenset()) | members.names)


def _written_by_columns(source: ExportSource, card: EntityCard, columns: tuple[str, ...], into: Into) -> bool:
    sizes = [file.path.stat().st_size for file in source.files]
    progress = Progress(into.report, source.name, READ, size=sum(sizes))
    try:
        with EncodedFile(into.file, len(columns), progress) as encoded:
            for at, file in enumerate(source.files):
                progress.begin(sum(sizes[:at]))
                with file.named_in_errors():
                    found = CsvFile(file.path, csv_names(file.path), separator_of(file.path))
                    for table in encoded_columns(found, card, columns, progress.at):
                        encoded.write(table)
    except NotPlain:
        return False
    return True


def _write_rows(
    source: ExportSource, members: MemberSearch, card: EntityCard, columns: tuple[str, ...], into: Into
) -> None:
    with EncodedFile(into.file, len(columns), Progress(into.report, source.name, READ)) as encoded:
        for file in source.files:
            encoder = Encoder(card, columns, _too_deep(file))
            for table in encoder.tables(_identified(file, members, card)):
                encoded.write(table)


def _too_deep(file: ExportFile) -> Callable[[int, str], UsageError]:
    return lambda line, key: UsageError(f"the record {key} is nested too deeply", location=file.at(line))


def _identified(file: ExportFile, members: MemberSearch, card: EntityCard) -> Iterator[Numbered]:
    texts = ending_of(file.path) in TEXTS
    for line, data in file.rows():
        members.add(data)
        key = _id(data, card, file.at(line))
        yield line, key, _typed(data, card) if texts else data


def _id(data: Mapping[str, Json], card: EntityCard, where: Location) -> str:
    found = id_of(data, card)
    if found is None or found == "":
        raise UsageError(f"a record without {card.key!r}", location=where)
    if isinstance(found, bool) or not isinstance(found, str | int | float | Decimal) or not is_unicode(str(found)):
        raise UsageError(f"expected a string or a number as {card.key!r}, got {found!a:.60}", location=where)
    return str(found)


def _typed(data: Mapping[str, Json], card: EntityCard) -> Mapping[str, Json]:
    """Return a CSV record with booleans converted; all other values are read from texts."""
    booleans = {"true": True, "false": False}
    return {
        path: booleans.get(text, text)
        if path in card.properties and card.properties[path].form.type == "boolean"
        else text
        for path, text in data.items()
    }


def _has(present: frozenset[str], path: str) -> bool:
    return path in present or root_name(path) in present


def _unchanged_table(engine: Engine, raw: Table, card: EntityCard, columns: tuple[str, ...]) -> Export:
    kept = [c for c in columns if c in raw.columns]
    modified = _utc(raw[card.modified]) if card.modified in raw.columns else ibis.null("string")
    table = raw.select(
        id=raw[card.key].cast("string"),
        modified=modified,
        **{f"c{at}": raw[c] for at, c in enumerate(kept)},
    )
    if any(raw[c].type().is_floating() for c in kept):
        table = engine.without_statistics(table)
    numbers, absent = {c: at for at, c in enumerate(kept)}, frozenset(columns) - {*kept}
    return Export(table, numbers, absent, frozenset(raw.columns), native=True)


def _utc(column: Expr) -> Expr:
    """Return an instant as text to the second, null for an invalid one."""
    text = column.cast("string")
    ours = fits(text, f"{DAYS}T{TIMES}{FRACTION}Z?")
    return ibis.cases((ours, text.substr(0, 19) + "Z"), else_=ibis.null("string"))
