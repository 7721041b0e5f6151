"""The constraints of a sample: its property, the properties of its counterparts, and the version."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from msgspec import Struct

from qa_sync.settings.model import MAIL_DOMAIN
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.conversions.currencies import USUAL
from qa_sync.values.conversions.html import TAGS

VERSIONS = 12
"""More versions than any scenario uses."""

DEFAULT_PLACES = 4

UNKNOWN_LIMIT = 200
"""The longest text where no card says what its system takes."""

MONEY = frozenset({"price", "cost"})
"""Concepts of amounts of money; others name their currency."""

KEPT_DIGITS = 9
"""The digits of an amount where a card does not say how many its system keeps: more than single precision does."""

HTML = frozenset({"html", "escaped_text"})
"""Conversions of texts that are longer in an API than on a page."""

EXTREMES = (NEGATIVE, ZERO) = range(2)
"""The extreme of the values of all versions but the first, in turn: negative, and numbers of many digits; zero, and
surrounding spaces. Each property is edited in two versions on each side, so that each side has both.
"""


class SampleConstraints(Struct, frozen=True):
    """The property that a value is written to, and the version of the value.

    `counterparts` are the properties on the other side that must hold it as well; `boundary`: values reach the limits
    however large they are; `small_edits` is how many of the small edits (`texts.SMALL_EDITS`) the text of its version
    has gone through; `mail_domain` is the domain of e-mail addresses.
    """

    card: PropertyCard
    counterparts: tuple[PropertyCard, ...]
    mark: str
    version: int
    line: int = 0
    boundary: bool = False
    small_edits: int = 0
    mail_domain: str = MAIL_DOMAIN

    @property
    def cards(self) -> tuple[PropertyCard, ...]:
        """All properties that must hold the value."""
        return (self.card, *self.counterparts)

    @property
    def limit(self) -> int:
        """The longest text that all properties can hold, half of it in HTML, which is longer than the text it shows."""
        lengths = (c.max_length // (2 if c.form.convert in HTML else 1) for c in self.cards if c.max_length)
        return min(lengths, default=UNKNOWN_LIMIT)

    @property
    def is_plain(self) -> bool:
        """Whether the text is HTML on neither side."""
        return not any(c.form.convert in HTML for c in self.cards)

    @property
    def has_tags(self) -> bool:
        """Whether the text is HTML whose tags count on all sides."""
        return all(c.form.options.get(TAGS) for c in self.cards)

    @property
    def is_integer(self) -> bool:
        """Whether one of the properties takes only integers."""
        return any(c.form.convert == "integer" for c in self.cards)

    @property
    def is_money(self) -> bool:
        """Whether one of the properties is an amount of money."""
        return any(c.concept in MONEY or "currency" in c.form.options for c in self.cards)

    @property
    def digits(self) -> int:
        """The number of digits that all properties keep."""
        return min(c.digits or KEPT_DIGITS for c in self.cards)

    @property
    def most_places(self) -> int:
        """The most decimal places that amounts have in a currency that all properties take."""
        return min(USUAL if c.most_places is None else c.most_places for c in self.cards)

    @property
    def extreme(self) -> int | None:
        """The extreme of the value; None in the version that creates a record."""
        return self.version % len(EXTREMES) if self.version else None

    @property
    def number(self) -> int:
        """A small number that differs between properties, lines and versions, the same in every run."""
        key = f"{self.card.concept or self.card.path}/{self.line}"
        return VERSIONS * (digest(key, 4) % 300) + self.version

    @property
    def place(self) -> int:
        """The index of the sample address: country, region and postal code of one address agree."""
        return self.version + (self.card.concept or "").startswith("shipping.")

    def fitted(self, text: str) -> str:
        """Return the text without characters that a system strips, cut to the limit."""
        avoided = "".join(c.avoid for c in self.cards)
        kept = text.translate(dict.fromkeys(map(ord, avoided))) if avoided else text
        return kept[: self.limit].strip()

    @property
    def keeps_blanks(self) -> bool:
        """Whether all properties keep leading and trailing spaces."""
        return all(c.blanks for c in self.cards)

    @property
    def decimal_places(self) -> int:
        """The number of decimal places that all properties keep; four by default."""
        return min((c.form.options["places"] for c in self.cards if "places" in c.form.options), default=DEFAULT_PLACES)


@lru_cache(maxsize=1000)
def digest(text: str, length: int) -> int:
    """Return a hash of a text as a number of `length` hexadecimal digits."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:length], 16)
