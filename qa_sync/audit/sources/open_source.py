"""Makes an export of what `--left` and `--right` say: gets it, unpacks it, and says what was found."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from glob import glob, has_magic
from importlib import import_module
from pathlib import Path, PurePath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.formats.json_array import is_array
from qa_sync.audit.formats.row_formats import LINES, separator_of
from qa_sync.audit.progress import ByteProgress, Progress
from qa_sync.audit.sources.contents import check_content, ending_by_content
from qa_sync.audit.sources.database_url import parse_database_url, without_secrets
from qa_sync.audit.sources.object_store import copied_objects
from qa_sync.audit.sources.parts import is_of_parts, parts_of
from qa_sync.audit.sources.source import ExportFile, ExportSource
from qa_sync.audit.sources.table import COMPRESSIONS, FORMATS, PLACES, Format, Place, format_of, place_of
from qa_sync.audit.sources.table_lines import write_lines
from qa_sync.audit.sources.unpacked import unpacked
from qa_sync.errors import NoVerdict, UsageError
from qa_sync.files import open_private
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.http.download import download

STDIN: Final = "-"
STDIN_NAME: Final = "standard input"

Report = Callable[[str], None]
"""Takes lines for the user."""


class _Wanted(Struct, frozen=True):
    """A place without its fragment, the table that this names (empty: the only one), and the folder for copies."""

    place: str
    table: str
    folder: Path
    report: Report


def open_source(place: str, folder: Path, report: Report) -> ExportSource:
    """Return the export of a place; copies go into the folder; `report` gets what was found.

    Raises UsageError for what is not there, damaged, empty or of no known format, NoVerdict for what cannot be read.
    """
    wanted, scheme = _wanted(place, folder, report), _scheme(place)
    if scheme and (kind := place_of(scheme)) and kind.module:
        return _database(wanted, kind)
    if not scheme and Path(wanted.place).is_dir() and not is_of_parts(Path(wanted.place)):
        return ExportSource(place, folder=Path(place))
    found = _fetched(wanted, scheme)
    name = without_secrets(place) if scheme else STDIN_NAME if place == STDIN else place
    return _of_files(name, found, wanted)


def open_file(file: Path, folder: Path, report: Report) -> ExportSource:
    """Return the export of a local file, or of a folder of parts."""
    wanted = _Wanted(str(file), "", folder, report)
    return _of_files(str(file), _fetched(wanted, ""), wanted)


def _of_files(name: str, found: Sequence[tuple[Path, str]], wanted: _Wanted) -> ExportSource:
    files = [
        _export_file(path, shown, replace(wanted, folder=wanted.folder / f"file-{at}"))
        for at, (path, shown) in enumerate(found)
    ]
    kinds = dict.fromkeys(kind for _, kind in files)
    wanted.report(f"{name}: {f'{len(files)} files, ' if len(files) > 1 else ''}{'; '.join(kinds)}")
    return ExportSource(name, tuple(file for file, _ in files))


def find_file(folder: Path, card: EntityCard) -> Path:
    """Return the file of a folder that is named after the datatype; raises UsageError unless there is one."""
    found = [path for path in sorted(folder.iterdir()) if _is_export(path, card.datatype)]
    if len(found) != 1:
        number = "no file" if not found else "more than one file"
        endings = ", ".join(ending for one in FORMATS for ending in one.endings)
        wanted = f"{card.datatype}{endings}, or these with {' or '.join(COMPRESSIONS)}"
        raise UsageError(f"{folder}: {number} for {card.names[0]}; expected one of {wanted}")
    return found[0]


def _is_export(path: Path, datatype: str) -> bool:
    if is_of_parts(path):
        return datatype in {path.name, path.stem}
    if not path.is_file():
        return False
    whole = Path(path.stem) if path.suffix.lower() in COMPRESSIONS else path
    return whole.stem == datatype and format_of(whole.suffix) is not None


def _wanted(place: str, folder: Path, report: Report) -> _Wanted:
    before, mark, table = place.rpartition("#")
    if not mark or (not _scheme(place) and Path(place).exists()):
        return _Wanted(place, "", folder, report)
    return _Wanted(before, unquote(table) if _scheme(place) else table, folder, report)


def _scheme(place: str) -> str:
    """Return the scheme of a URL, empty for a path."""
    scheme, mark, _ = place.partition("://")
    if not mark or not scheme.replace("+", "").isalnum():
        return ""
    if place_of(scheme) is None:
        known = ", ".join(f"{one}://" for kind in PLACES for one in kind.schemes)
        raise UsageError(f"{without_secrets(place)}: unknown scheme {scheme!r}; expected a file or one of {known}")
    return scheme


def _fetched(wanted: _Wanted, scheme: str) -> Sequence[tuple[Path, str]]:
    """Return the local files with their names."""
    if wanted.place == STDIN:
        return [(_from_stdin(wanted.folder), STDIN_NAME)]
    if scheme == "s3":
        return copied_objects(wanted.place, wanted.folder, wanted.report)
    if scheme:
        return [_downloaded(wanted)]
    if Path(wanted.place).is_file():
        return [(Path(wanted.place), wanted.place)]
    if is_of_parts(Path(wanted.place)):
        return [(part, str(part)) for part in parts_of(Path(wanted.place))]
    if not has_magic(wanted.place):
        raise UsageError(
            f"{wanted.place}: file not found",
            hint=f"expected an existing file, a pattern or a URL; this is {Path.cwd()}",
        )
    found = [Path(name) for name in sorted(glob(wanted.place)) if Path(name).is_file()]  # noqa: PTH207 - any path
    if not found:
        raise UsageError(f"{wanted.place}: no file matches this pattern")
    return [(file, str(file)) for file in found]


def _from_stdin(folder: Path) -> Path:
    copy = folder / "standard-input"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(copy, "wb", opener=open_private) as write:
            shutil.copyfileobj(sys.stdin.buffer, write)
    except OSError as error:
        raise NoVerdict(f"{STDIN_NAME}: {error.strerror or error}", hint="is the disk full?") from None
    return _with_ending(copy, STDIN_NAME)


def _downloaded(wanted: _Wanted) -> tuple[Path, str]:
    name = without_secrets(wanted.place)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    copy = wanted.folder / (PurePath(unquote(urlsplit(wanted.place).path)).name or "download")
    download(wanted.place, copy, name, ByteProgress(wanted.report, name, "downloaded").at)
    return copy if _is_known(copy) else _with_ending(copy, name), name


def _is_known(file: Path) -> bool:
    return file.suffix.lower() in COMPRESSIONS or format_of(file.suffix) is not None


def _with_ending(file: Path, name: str) -> Path:
    """Return the file with the ending of its content."""
    if not file.stat().st_size:
        raise UsageError(f"{name}: expected records, got nothing", hint="is the export complete?")
    return file.rename(file.with_name(file.name + ending_by_content(file)))


def _export_file(path: Path, name: str, wanted: _Wanted) -> tuple[ExportFile, str]:
    """Return a file that is read record by record, and what was found."""
    given, said = ExportFile(path, name), []
    with given.named_in_errors():
        check_content(path)
        plain = unpacked(path, wanted.folder, ByteProgress(wanted.report, name, "unpacked"))
        if plain != path:
            said.append(f"unpacked from {COMPRESSIONS[path.suffix.lower()]}")
            plain = plain if _is_known(plain) else _with_ending(plain, name)
    with ExportFile(plain, name).named_in_errors():
        kind = _checked_format(plain)
        if kind.module is not None:
            file, table = _table_of_file(plain, name, wanted, kind)
            return file, ", ".join([f"{kind.title}, {table!r}", *said])
        if wanted.table:
            raise UsageError(f"{plain}: {kind.title} has no tables, so #{wanted.table} names none")
        file = ExportFile(plain, name, on_lines=plain.suffix.lower() in LINES)
        return file, ", ".join([_described(plain, kind), *said])


def _checked_format(file: Path) -> Format:
    check_content(file)
    kind = format_of(file.suffix)
    if kind is None:
        known = ", ".join(ending for one in FORMATS for ending in one.endings)
        raise UsageError(f"{file}: unknown file type {file.suffix or '(none)'}; expected one of {known}")
    return kind


def _described(file: Path, kind: Format) -> str:
    if kind.title == "CSV":
        return f"CSV, the cells are separated by {separator_of(file)!r}"
    if kind.title == "JSON":
        with file.open(encoding="utf-8-sig", errors="replace") as opened:
            return "a JSON array" if is_array(opened) else "JSON lines"
    return kind.title


def _table_of_file(file: Path, name: str, wanted: _Wanted, kind: Format) -> tuple[ExportFile, str]:
    """Return the records of a table, and its name."""
    lines = wanted.folder / "table.jsonl"
    with _module(kind).opened(file, wanted.table) as found, ExportFile(lines, f"{name}#{found.name}").named_in_errors():
        write_lines(found, lines, Progress(wanted.report, name, "rows read"))
    return ExportFile(lines, f"{name}#{found.name}"), found.name


def _database(wanted: _Wanted, kind: Place) -> ExportSource:
    url, lines = parse_database_url(wanted.place), wanted.folder / "table.jsonl"
    with _module(kind).opened(url, wanted.table) as found:
        name = f"{url.shown}#{found.name}"
        wanted.report(f"{name}: {kind.title}")
        with ExportFile(lines, name).named_in_errors():
            write_lines(found, lines, Progress(wanted.report, name, "rows read"))
    return ExportSource(name, (ExportFile(lines, name),))


def _module(kind: Format | Place) -> Any:
    try:
        return import_module(str(kind.module))
    except ImportError as error:
        hint = f"pip install 'qa-sync[{kind.extra}]'"
        raise UsageError(f"{kind.title} needs {error.name or 'a package'}", hint=hint) from None
