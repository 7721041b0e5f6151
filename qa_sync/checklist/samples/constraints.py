"""Where a sample is wanted, and what it must fit: the property, those that take it too, and the version."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from qa_sync.systems.cards import PropertyCard

VERSIONS = 12
"""More than any scenario edits a record."""

DEFAULT_PLACES = 4

EXTREMES = (NEGATIVE, ZERO) = range(2)
"""What is special about the values of all versions but the first, in turn: below zero; zero, and outer blanks.

Each property is edited in two versions on each side, so that each side gives both. Texts are as long as they may be.
"""


class SampleConstraints(Struct, frozen=True):
    """Where a value is wanted: the property on the side it is written, and which version.

    `counterparts` are the properties on the other side that take it too; `boundary` says that limits are tried however
    far away they are, `swap_case` that a text is that of its version but for the case of its letters.
    """

    card: PropertyCard
    counterparts: tuple[PropertyCard, ...]
    mark: str
    version: int
    line: int = 0
    boundary: bool = False
    swap_case: bool = False

    @property
    def cards(self) -> tuple[PropertyCard, ...]:
        """All properties that the value must fit."""
        return (self.card, *self.counterparts)

    @property
    def limit(self) -> int:
        """The longest text that all sides keep."""
        return min((c.max_length for c in self.cards if c.max_length), default=200)

    @property
    def is_integer(self) -> bool:
        """Whether one of the sides takes whole numbers only."""
        return any(c.form.convert == "integer" for c in self.cards)

    @property
    def extreme(self) -> int | None:
        """What is special about the value; a record is made of plain ones."""
        return self.version % len(EXTREMES) if self.version else None

    @property
    def number(self) -> int:
        """A small number that differs between properties, lines and versions, the same in every run."""
        key = f"{self.card.concept or self.card.path}/{self.line}"
        return VERSIONS * (digest(key, 4) % 300) + self.version

    @property
    def place(self) -> int:
        """Which sample place the value belongs to: country, region and postal code of one address agree."""
        return self.version + (self.card.concept or "").startswith("shipping.")

    def fitted(self, text: str) -> str:
        """Return the text without what one of the systems does not keep, cut to the limit."""
        avoided = "".join(c.avoid for c in self.cards)
        return "".join(c for c in text if c not in avoided)[: self.limit].strip()

    @property
    def keeps_blanks(self) -> bool:
        """Whether all sides keep blanks at the ends of a text."""
        return all(c.blanks for c in self.cards)

    @property
    def decimal_places(self) -> int:
        """How many decimal places all sides keep: four where none says."""
        return min((c.form.options["places"] for c in self.cards if "places" in c.form.options), default=DEFAULT_PLACES)


def digest(text: str, length: int) -> int:
    """Return a number that is as good as random, the same for the same text; `length` in hexadecimal digits."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:length], 16)
