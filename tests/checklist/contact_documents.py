"""Documents about the contacts of Wix.com and Customerp, in each notation of a table, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from qa_sync.checklist.compiler import Cards, compile_checklist
from qa_sync.checklist.model import Checklist
from qa_sync.dataflow.model import Dataflow
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.modes.documents import connectors_of
from qa_sync.systems.cards import EntityCard

A, B = "Wix.com Contacts", "Customerp Contact"
EVERY = f"Every {A} will be synchronized with a {B}."
KEEP = (
    f"Once a link between a {A} and a {B} is established, it will keep in sync between the two systems, "
    "regardless of where it is edited."
)
PROPS = f"The following properties are synchronized between a {A} and a {B}:"
MERGE = f"A {A} will merge with a {B} if one of the following property combinations match:"
ROWS = (("info.name.first", "firstName", '"string"'), ("info.jobTitle", "lastName", '"string"'))
HEADER = (f"{A} Property", f"{B} Property", "Customerp Data Type")
COLUMNS = 3


def list_table(row: str = "*", cell: str = "-", options: str = ":widths: 1 1 1\n   :header-rows: 1") -> str:
    lines = [f".. list-table::\n   {options}\n"]
    for cells in (HEADER, *ROWS):
        first, *others = cells
        lines += [f"   {row} {cell} {first}", *(f"     {cell} {other}" for other in others)]
    return "\n".join(lines)


def grid_table() -> str:
    width = 32
    border, ruled = ("+".join(["", *[sign * width] * COLUMNS, ""]) for sign in "-=")
    rows = ["|".join(["", *(f" {cell:<{width - 1}}" for cell in cells), ""]) for cells in (HEADER, *ROWS)]
    return "\n".join([border, rows[0], ruled, *(line for row in rows[1:] for line in (row, border))])


def simple_table() -> str:
    border = " ".join(["=" * 32] * COLUMNS)
    rows = [" ".join(f"{cell:<32}" for cell in cells).rstrip() for cells in (HEADER, *ROWS)]
    return "\n".join([border, rows[0], border, *rows[1:], border])


def csv_table(options: str = ":header-rows: 1", delimiter: str = ",") -> str:
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in (HEADER, *ROWS)]
    return "\n".join([f".. csv-table::\n   {options}\n", *(f"   {line}" for line in quoted)])


def spec(*blocks: str) -> str:
    title, heading = "Wix.com to Customerp Dataflow", f"{A} to {B}"
    rule = "=" * len(title)
    return "\n\n".join([f"{rule}\n{title}\n{rule}", f"{heading}\n{'-' * len(heading)}", *blocks]) + "\n"


@cache
def compiled(text: str) -> Checklist:
    dataflow = read_dataflow(text, "contacts.txt")
    return compile_checklist(dataflow, _cards(dataflow), "seed")


def _cards(dataflow: Dataflow) -> Cards:
    """Return the cards of the systems of a document; those of the first document are kept, loading takes time."""
    if not KNOWN:
        KNOWN.update({label: connector.cards for label, connector in connectors_of([dataflow]).items()})
    return KNOWN


KNOWN: dict[str, Mapping[str, EntityCard]] = {}


def claims(checklist: Checklist) -> list[tuple[str, str, str | None]]:
    return sorted((c.kind, c.id, c.error.text if c.error else None) for plan in checklist.sections for c in plan.checks)


CONTROL = claims(compiled(spec(EVERY, KEEP, PROPS, list_table())))
