"""Values that a system did not store as they were written, although no conversion of the card explains it.

A system may drop characters, cut a text or round an amount; the sync reports it instead of calling the pair in sync.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from functools import partial

from msgspec import Struct

from qa_sync.sync.lanes import Side
from qa_sync.sync.records.record_view import EMPTY, RecordView
from qa_sync.sync.store.encoding import decode
from qa_sync.sync.store.links import Link, Links
from qa_sync.values.comparison.compare import compare
from qa_sync.values.conversions.currencies import in_currency
from qa_sync.values.form import Form
from qa_sync.values.paths import read

NOT_STORED = "was not stored as written"
"""The words by which such a problem is known: the system, not the sync, is its cause."""


class Unstored(Struct, frozen=True):
    """A property whose written value was not stored: its path, the text of what is stored, and both values in words."""

    path: str
    stored: str
    difference: str

    @property
    def text(self) -> str:
        """The problem in words."""
        return f"{self.path} {NOT_STORED}: {self.difference}"


def unstored_values(view: RecordView, sent: Mapping[str, str], zone: tzinfo) -> Iterator[Unstored]:
    """Yield what a record does not have as it was sent; `sent` are encoded canonical values by property path."""
    for path, text in sent.items():
        if path in view.unconvertible:
            yield Unstored(path, EMPTY, view.unconvertible[path])
        elif path in view.values and view.texts[path] != text:
            form = _form(view, path)
            verdict = compare(decode(text), view.values[path], form, form, zone)
            if not verdict.same:
                yield Unstored(path, view.texts[path], verdict.detail)


def save_unstored(links: Links, link: Link, view: RecordView, sent: Mapping[str, str], zone: tzinfo) -> None:
    """Keep what a record, read back after a write, does not have as it was sent."""
    problems = {found.path: (found.stored, found.text) for found in unstored_values(view, sent, zone)}
    links.save_unstored(link, view.end.side, sent, problems)


def standing_problems(links: Links, link: Link, views: Mapping[Side, RecordView]) -> Iterator[tuple[Side, str]]:
    """Yield the side and the words of each value that is still not stored as it was written.

    Forget those that were edited since; a side that was not read is taken to be unchanged.
    """
    for side, path, stored, problem in links.unstored(link):
        view = views.get(Side(side))
        if view is not None and view.texts.get(path, EMPTY) != stored:
            links.drop_unstored(link, side, path)
        else:
            yield Side(side), problem


def _form(view: RecordView, path: str) -> Form:
    """Return the form in which the written and the stored value are compared: money in the record's currency."""
    return in_currency(view.end.card.properties[path].form, partial(read, view.record.data))
