"""Faults that compare the values of a merge table more loosely than the spec does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qa_sync.sync.faults.matching import AdoptExisting
from qa_sync.sync.faults.property_kinds import is_free_text
from qa_sync.sync.faults.wrappers import Values
from qa_sync.sync.lanes import Lane, LaneEnd
from qa_sync.sync.writer import Writer
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import is_empty
from qa_sync.values.form import Json

Loose = Callable[[PropertyCard, str], str | None]
"""Returns the part of a text that is compared, or None when the fault does not concern the property."""

NATIONAL = 8
"""The digits of a phone number that are compared without its country."""


def mailbox(card: PropertyCard, text: str) -> str | None:
    """Return the part of an e-mail address before the @."""
    return text.partition("@")[0].lower() if card.form.convert == "email" else None


def domain(card: PropertyCard, text: str) -> str | None:
    """Return the part of an e-mail address behind the @."""
    return text.partition("@")[2].lower() if card.form.convert == "email" else None


def national_number(card: PropertyCard, text: str) -> str | None:
    """Return the last digits of a phone number."""
    return text[-NATIONAL:] if card.form.convert == "phone" else None


def beginning(card: PropertyCard, text: str) -> str | None:  # noqa: ARG001 - a Loose
    """Return a text without its last character, for an e-mail address that of the mailbox."""
    head, at, _ = text.partition("@")
    return head[:-1] if at else text[:-1]


def ending(card: PropertyCard, text: str) -> str | None:
    """Return a text without its first character; a number is not compared so, as its first digits are a prefix."""
    return text[1:] if card.form.convert != "phone" else None


def matching_loosely(part: Loose) -> Callable[[Writer], Writer]:
    """Return a fault that matches records by a part of their values."""
    return lambda inner: MatchLoosely(inner, part)


class MatchLoosely(AdoptExisting):
    """Overwrites an unlinked record when parts of the values in a row of the merge table are equal."""

    def __init__(self, inner: Writer, part: Loose) -> None:
        super().__init__(inner)
        self._part = part

    def lookalikes(self, lane: Lane, end: LaneEnd, values: Values) -> Iterator[Record]:
        """Yield the unlinked records with such a value."""
        cards = [row.target for row in lane.criteria]
        wanted = [(card, part) for card in cards if (part := self._of(card, values.get(card.write_path)))]
        if wanted:
            free = (record for record in self.listed(end) if self.is_unlinked(end, record))
            yield from (r for r in free if any(self._of(c, paths.read(r.data, c.path)) == part for c, part in wanted))

    def _of(self, card: PropertyCard, value: Json) -> str | None:
        return self._part(card, value) if isinstance(value, str) and value else None


class MatchHalfEmpty(AdoptExisting):
    """Overwrites an unlinked record when just one of the two has a value in a row, and their other texts are alike."""

    def lookalikes(self, lane: Lane, end: LaneEnd, values: Values) -> Iterator[Record]:
        """Yield the unlinked records with a value where the new record has none, or none where it has one."""
        keys = [row.target for row in lane.criteria]
        texts = [c for row in lane.rows if (c := row.target) not in keys and is_free_text(c) and c.write_path in values]
        for record in (r for r in self.listed(end) if self.is_unlinked(end, r)):
            halves = (is_empty(values.get(c.write_path)) != is_empty(paths.read(record.data, c.path)) for c in keys)
            alike = [paths.read(record.data, card.path) == values[card.write_path] for card in texts]
            if any(halves) and sum(alike) > 0 and alike.count(False) <= 1:
                yield record
