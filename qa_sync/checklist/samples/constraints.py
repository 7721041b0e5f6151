"""The constraints of a sample: its property, the properties of its counterparts, and the version."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from msgspec import Struct

from qa_sync.systems.cards import PropertyCard

VERSIONS = 12
"""More versions than any scenario uses."""

DEFAULT_PLACES = 4

EXTREMES = (NEGATIVE, ZERO) = range(2)
"""The extreme of the values of all versions but the first, in turn: negative; zero, and surrounding spaces.

Each property is edited in two versions on each side, so that each side has both. Texts have their maximum length.
"""


class SampleConstraints(Struct, frozen=True):
    """The property that a value is written to, and the version of the value.

    `counterparts` are the properties on the other side that must hold it as well; `boundary`: values reach the limits
    however large they are; `swap_case`: a text is that of its version with the case swapped.
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
        """All properties that must hold the value."""
        return (self.card, *self.counterparts)

    @property
    def limit(self) -> int:
        """The longest text that all properties can hold."""
        return min((c.max_length for c in self.cards if c.max_length), default=200)

    @property
    def is_integer(self) -> bool:
        """Whether one of the properties takes only integers."""
        return any(c.form.convert == "integer" for c in self.cards)

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
