"""Near misses: records that agree in everything except the smallest difference in one row of the merge table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.samples.record import RecordBuilder
from qa_sync.checklist.scenarios.context import AS_CREATED, SectionContext
from qa_sync.checklist.scenarios.merging.lookalikes import contains_mark, values_on_target
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Insert, SampleValue
from qa_sync.dataflow.model import PropertyPair

Near = Callable[[SampleValue], SampleValue]
"""Returns a value that differs as little as possible."""

Pairs = tuple[PropertyPair, ...]

UNASSIGNED = "+999"
"""A country's prefix that is assigned to no country, so that no phone has the number. Source: ITU-T E.164."""

CALLING_CODE_LENGTH = len("+44")
"""The prefix of a sample phone number (`samples.values`)."""

NAMES = frozenset({"name", "given_name", "family_name"})


class NearMissRecords(Struct, frozen=True):
    """A source record, and target records that it must not be linked with."""

    source: Insert
    targets: tuple[Insert, ...]


def _other_end(value: SampleValue) -> SampleValue:
    text = str(value)
    return text[:-1] + ("1" if text[-1] != "1" else "2")


def _other_start(value: SampleValue) -> SampleValue:
    text = str(value)
    return ("z" if text[0] != "z" else "y") + text[1:]


def _other_mailbox(value: SampleValue) -> SampleValue:
    mailbox, _, domain = str(value).partition("@")
    return f"{_other_end(mailbox)}@{domain}"


def _other_domain(value: SampleValue) -> SampleValue:
    mailbox, _, domain = str(value).partition("@")
    return f"{mailbox}@other.{domain}"


def _other_country(value: SampleValue) -> SampleValue:
    return UNASSIGNED + str(value)[CALLING_CODE_LENGTH:]


def _one_more(value: SampleValue) -> SampleValue:
    return value + 1 if isinstance(value, int | Decimal) else value


def _day_after(value: SampleValue) -> SampleValue:
    return value + timedelta(days=1) if isinstance(value, date) else value


ONE_CHARACTER: Mapping[str, Near] = {"last character": _other_end, "first character": _other_start}

NEAR_MISSES: Mapping[str, Mapping[str, Near]] = {
    "text": ONE_CHARACTER,
    "escaped_text": ONE_CHARACTER,
    "html": ONE_CHARACTER,
    "identifier": ONE_CHARACTER,
    "email": {"mailbox": _other_mailbox, "first character": _other_start, "domain": _other_domain},
    "phone": {"last digit": _other_end, "country prefix": _other_country},
    "integer": {"next number": _one_more},
    "decimal": {"next number": _one_more},
    "date": {"next day": _day_after},
    "instant": {"next day": _day_after},
}
"""What differs, by the conversion of the row on the source, with how the value is changed."""


def near_misses(context: SectionContext) -> NearMissRecords | None:
    """Return a source record and its near misses; None when nothing but the rows can tell the records apart."""
    twins = SimilarRecords.of(context, "near")
    if twins is None:
        return None
    changed = (
        (f"near-{number}-{what.replace(' ', '-')}", row, change(twins.source.values[row.source]))
        for number, row in enumerate(context.key_pairs, 1)
        for what, change in _changes(context, row).items()
    )
    lacking = ((f"near-{n}-without", row, None) for n, row in enumerate(context.key_pairs, 1) if twins.optional(row))
    return NearMissRecords(
        twins.source, tuple(twins.target(role, row, value) for role, row, value in (*changed, *lacking))
    )


def _changes(context: SectionContext, row: PropertyPair) -> Mapping[str, Near]:
    card = context.entities.source.properties[row.source]
    return NEAR_MISSES.get(card.form.convert, {})


class SimilarRecords(Struct, frozen=True):
    """A source record, and what its alike target records are made of: they differ in `own`, a text with the mark."""

    context: SectionContext
    source: Insert
    own: PropertyPair
    shared_mark: str

    @classmethod
    def of(cls, context: SectionContext, role: str) -> SimilarRecords | None:
        """Return the twins with a source record of that role; None without a text to tell them apart."""
        own = next(_own_texts(context), None)
        if own is None:
            return None
        mark, shared_mark = context.mark("merge-not", role), context.mark("merge-not", f"{role}-shared")
        builder = RecordBuilder(
            context.entities,
            Side.SOURCE,
            mark,
            AS_CREATED,
            context.related.reference_roles,
            fixed=context.fixed(),
            own_paths=frozenset({own.source}),
            shared_mark=shared_mark,
            creating=True,
        )
        source = Insert(role, Side.SOURCE, builder.values((*context.pairs, *context.key_pairs)), mark)
        return cls(context, context.without_connection(source), own, shared_mark)

    def optional(self, row: PropertyPair) -> bool:
        """Return whether a target record may lack the value of a row."""
        return not self.context.entities.target.properties[row.target].required

    def target(self, role: str, row: PropertyPair, value: SampleValue, *, alone: bool = False) -> Insert:
        """Return a target record with a value in a row (None: without), alike in everything but the other rows.

        `alone`: its counterpart would lack that value. What cannot be shared without it differs, too.
        """
        context, mark = self.context, self.context.mark("merge-not", role)
        unshared = _unshared_pairs(context, row) if alone or value is None else ()
        differing = (self.own, *_unique_pairs(context), *unshared, *context.key_pairs)
        own_paths = frozenset(pair.target for pair in differing)
        builder = RecordBuilder(
            context.entities,
            Side.TARGET,
            mark,
            AS_CREATED + 1,
            context.related.reference_roles,
            fixed=values_on_target(context, self.source.values, differing),
            own_paths=own_paths,
            shared_mark=self.shared_mark,
            creating=True,
        )
        values = {**builder.values(differing), row.target: value}
        return Insert(role, Side.TARGET, {path: v for path, v in values.items() if v is not None}, mark)

    def without(self, role: str, row: PropertyPair) -> NearMissRecords:
        """Return the source record without a value in a row, and a target record that has it."""
        values = {path: value for path, value in self.source.values.items() if path != row.source}
        target = self.target(role, row, self.source.values[row.source], alone=True)
        return NearMissRecords(replace(self.source, values=values), (target,))


def _own_texts(context: SectionContext) -> Iterator[PropertyPair]:
    """Yield the texts that can tell the records apart, names last: two people may have one name."""
    rows = {path for pair in context.key_pairs for path in (pair.source, pair.target)}
    known = (p for p in context.pairs if not context.entities.reason_unknown(p))
    texts = [p for p in known if contains_mark(context, p) and not rows & {p.source, p.target}]
    card = context.entities.source.properties
    yield from sorted(texts, key=lambda pair: card[pair.source].concept in NAMES)


def _unshared_pairs(context: SectionContext, row: PropertyPair) -> Pairs:
    """Return the pairs whose values two target records cannot share when one of them lacks the row's."""
    known = (p for p in context.pairs if not context.entities.reason_unknown(p))
    properties = context.entities.target.properties
    return tuple(p for p in known if properties[p.target].unique_without == row.target)


def _unique_pairs(context: SectionContext) -> Pairs:
    known = (p for p in context.pairs if not context.entities.reason_unknown(p))
    cards = context.entities.source.properties, context.entities.target.properties
    return tuple(p for p in known if cards[0][p.source].unique or cards[1][p.target].unique)
