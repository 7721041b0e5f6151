"""Every difference between two values that a comparison allows, with its reason; all others fail a check.

The documentation shows the table; the matrix of faults tries that none of them hides a damaged value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class Tolerance(Struct, frozen=True):
    """A difference that is allowed, and why; `conversions` are those that it applies to (empty: all)."""

    allows: str
    reason: str
    conversions: tuple[str, ...] = ()


TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "empty values": Tolerance(
        "A missing value, null, an empty text, blanks alone, an empty list and a list of only these are the same.",
        "Each API has its own way to say that there is no value. A zero and a false are values.",
    ),
    "one element": Tolerance(
        "A list with one element is the same as the element.", "A path does not tell a list from an object."
    ),
    "e-mail addresses": Tolerance(
        "Upper and lower case, and outer blanks, do not count.",
        "Mail systems deliver both, and WordPress stores lower case. `ß` is not `ss`: these are two mailboxes.",
        ("email",),
    ),
    "phone separators": Tolerance(
        "Blanks, hyphens, dots, slashes, brackets and invisible characters do not count, nor whether the number is a "
        "text, and `00` is `+`.",
        "They are notation, or come from an address book. Digits, a leading `+` and letters of an extension count.",
        ("phone",),
    ),
    "phone countries": Tolerance(
        "A number may lack the prefix of its country, where its card or its record names this country.",
        "Then the number is still complete. Where nothing names the country, or another one, the prefix counts.",
        ("phone",),
    ),
    "countries": Tolerance(
        "A code of two letters and a name of the same country are the same, if each has the style of its card; a name "
        "may be English or Norwegian, in any case of letters, with or without dots, and with `&` for `and`.",
        "Some APIs have codes, others names; a table decides. A code in place of a name fails, and a name for a code.",
        ("country",),
    ),
    "regions": Tolerance(
        "`US-NY` is `NY`, and a system's own code is that of ISO 3166-2 that its table says.",
        "Some APIs put the country before the region. The prefix of another country than the record's fails.",
        ("region",),
    ),
    "instants": Tolerance(
        "Fractions of a second do not count, and the zone does not, where both name the same moment; nor a blank for "
        "the `T`, nor seconds that are left out when they are zero.",
        "Some APIs keep whole seconds only, and each has its own zone and notation.",
        ("instant",),
    ),
    "dates": Tolerance(
        "A date and an instant are the same, if the instant is on that date in the zone of the settings.",
        "One API keeps the day of what another keeps to the second.",
        ("date",),
    ),
    "decimals": Tolerance(
        "Zeros at the end and in front do not count, nor a `+`, an exponent, outer blanks, or whether a number is a "
        "text; more decimal places than one of the two keeps are rounded, and so is what stands "
        "beside a binary number of 32 bits.",
        "`15`, `15.00` and `1.5e1` are one number. The places are on the card, or those of the currency. A column of "
        "32 bits holds about seven digits, which databases and JSON write in their own ways.",
        ("decimal", "integer"),
    ),
    "booleans": Tolerance(
        "The texts `true` and `false`, in any case of letters, are the booleans, where the card has texts.",
        "Some APIs have texts only. 0 and 1 are numbers, and the type in the spec counts.",
        ("boolean",),
    ),
    "choices": Tolerance(
        "Two words are the same, if their cards say that they mean the same; whether one is a text does not count.",
        "Each API has its own words, or numbers, for a choice.",
        ("choice",),
    ),
    "identifiers": Tolerance(
        "A number and its text are the same.",
        "The JSON type of an id means nothing. Zeros in front count.",
        ("identifier", "reference"),
    ),
    "references": Tolerance(
        "Two ids are the same, if the records behind them are counterparts; `0` is no reference.",
        "Each system has ids of its own, and WooCommerce writes 0 for none.",
        ("reference",),
    ),
    "escaped texts": Tolerance(
        "HTML entities are read once: `&amp;` is `&`.",
        "WordPress returns its plain texts so. What is escaped twice is still seen.",
        ("escaped_text",),
    ),
    "HTML": Tolerance(
        "Runs of blanks are one blank, entities are read once, comments do not count; tags count only where both sides "
        "hold HTML, and there neither paragraphs and line breaks, nor the case of tags, nor the order and quotes of "
        "attributes.",
        "HTML shows any run of blanks as one. A plain text has no tags, and WooCommerce adds paragraphs to its texts.",
        ("html",),
    ),
    "data types": Tolerance(
        "A `decimal` of the spec may be a text with a number, an `integer` may be `5.0`, and no value has every type.",
        "JSON has one type of numbers, which are not exact; there is no other type to send.",
    ),
    "conditions": Tolerance(
        "Whether a number is a text does not count, and one element of a list is enough.",
        "The settings and the spec name a value of the API, not its JSON type. `true` is not 1.",
    ),
}
"""The tolerances by name."""
