"""`--left FILE --right FILE`: reads exports.

Parquet is used in place if the engines hold every value exactly (`in_place`); JSON Lines, CSV and other Parquet are
converted row by row first (`row_formats`).
Columns are named by their property paths; nested records are read by these paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import ibis
from msgspec import Struct

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.cells import is_unicode
from qa_sync.audit.expressions.columns import DAYS, FRACTION, TIMES, Expr, fits
from qa_sync.audit.formats.row_formats import SUFFIXES, TEXTS, check_format, csv_names, ending_of, separator_of
from qa_sync.audit.formats.rows import Rows
from qa_sync.audit.formats.unpacked import PACKED
from qa_sync.audit.reading.csv_columns import NotPlain, encoded_columns
from qa_sync.audit.reading.encoded_export import EncodedFile, Encoder, Numbered
from qa_sync.audit.reading.in_place import exact_table
from qa_sync.audit.records.members import MemberSearch
from qa_sync.audit.records.unique_ids import check_unique_ids, id_of
from qa_sync.errors import UsageError, did_you_mean
from qa_sync.location import Location
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json


class Export(Struct, frozen=True):
    """An export: its table, the column numbers by path, the paths without a column, and names of columns it has."""

    table: Table
    columns: Mapping[str, int]
    absent: frozenset[str]
    names: frozenset[str]
    native: bool = False


def find_export(place: Path, card: EntityCard) -> Path:
    """Return the export of an entity: the given file, or the file named after the datatype in the given folder."""
    if not place.is_dir():
        if not place.is_file():
            raise UsageError(f"{place}: file not found")
        return place
    found = [path for path in sorted(place.iterdir()) if path.is_file() and _is_export(path, card.datatype)]
    if len(found) != 1:
        number = "no file" if not found else "more than one file"
        wanted = f"{card.datatype}{', '.join(SUFFIXES)}, or these with {' or '.join(PACKED)}"
        raise UsageError(f"{place}: {number} for {card.names[0]}; expected one of {wanted}")
    return found[0]


def _is_export(path: Path, datatype: str) -> bool:
    whole = Path(path.stem) if ending_of(path) in PACKED else path
    return whole.stem == datatype and ending_of(whole) in SUFFIXES


def separator_note(file: Path) -> str | None:
    """Return what to say of a CSV file whose cells are separated by something else than commas."""
    mark = separator_of(file) if ending_of(file) == ".csv" else ","
    return None if mark == "," else f"{file}: the cells are separated by {mark!r}"


def load_export(engine: Engine, file: Path, card: EntityCard, columns: tuple[str, ...], scratch: Path) -> Export:
    """Return an export's records; raises UsageError for a damaged file, and for missing or duplicate ids."""
    check_format(file)
    if ending_of(file) == ".parquet" and (raw := exact_table(engine, file, card, columns)) is not None:
        export = _unchanged_table(engine, raw, card, columns)
        check_unique_ids(engine, file, card, export.table)
        return export
    rows, present = SUFFIXES[ending_of(file)](file)
    if present is not None and not _has(present, card.key):
        near = did_you_mean(card.key, present)
        raise UsageError(f"{file}: no column {card.key!r}, which is the id of the records", hint=near)
    kept = tuple(c for c in columns if present is None or _has(present, c))
    members, encoded = MemberSearch.of(kept), scratch / "records.parquet"
    if not (present is not None and ending_of(file) in TEXTS and _written_by_columns(file, card, kept, encoded)):
        _write_rows(file, _looked_through(rows, members), card, kept, encoded)
        absent = (frozenset(columns) - {*kept}) | members.absent
    else:
        absent = frozenset(columns) - {*kept}
    numbers = {path: at for at, path in enumerate(kept)}
    export = Export(engine.read([encoded]), numbers, absent, (present or frozenset()) | members.names)
    check_unique_ids(engine, file, card, export.table)
    return export


def _written_by_columns(file: Path, card: EntityCard, columns: tuple[str, ...], into: Path) -> bool:
    try:
        with EncodedFile(into, len(columns)) as encoded:
            for table in encoded_columns(file, csv_names(file), separator_of(file), card, columns):
                encoded.write(table)
    except NotPlain:
        return False
    return True


def _write_rows(file: Path, rows: Rows, card: EntityCard, columns: tuple[str, ...], into: Path) -> None:
    def too_deep(line: int, key: str) -> UsageError:
        return UsageError(f"the record {key} is nested too deeply", location=Location(str(file), line))

    with EncodedFile(into, len(columns)) as encoded:
        for table in Encoder(card, columns, too_deep).tables(_identified(file, rows, card)):
            encoded.write(table)


def _looked_through(rows: Rows, members: MemberSearch) -> Rows:
    for line, data in rows:
        members.add(data)
        yield line, data


def _identified(file: Path, rows: Rows, card: EntityCard) -> Iterator[Numbered]:
    for line, data in rows:
        key = _id(data, card, Location(str(file), line))
        yield line, key, _typed(data, card) if ending_of(file) in TEXTS else data


def _id(data: Mapping[str, Json], card: EntityCard, where: Location) -> str:
    found = id_of(data, card)
    if found is None or found == "":
        raise UsageError(f"a record without {card.key!r}", location=where)
    if isinstance(found, bool) or not isinstance(found, str | int | float | Decimal) or not is_unicode(str(found)):
        raise UsageError(f"expected a string or a number as {card.key!r}, got {found!a:.60}", location=where)
    return str(found)


def _typed(data: Mapping[str, Json], card: EntityCard) -> Mapping[str, Json]:
    """Return a CSV record with booleans converted; all other values are read from texts."""
    truths = {"true": True, "false": False}
    return {
        path: truths.get(text, text)
        if path in card.properties and card.properties[path].form.type == "boolean"
        else text
        for path, text in data.items()
    }


def _has(present: frozenset[str], path: str) -> bool:
    return path in present or path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0] in present


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
