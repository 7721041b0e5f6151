"""Concepts by the name of a property: `workEmail` is an e-mail address, `zip` a postal code.

The table is used only where no entity card says what a property is. Concepts have the names that the built-in cards
use, so that properties of both belong together. Source: docs/explanation/inference.rst, "Concepts by name".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct, field

from qa_sync.systems.words import is_nested, words_of


class Concept(Struct, frozen=True):
    """What a name says: `name` (empty: two properties are not the same because of it), the conversion, its options.

    `type` is the JSON type where the spec declares none. `exact`: the phrase must be the whole path, because
    `category.name` is not the name of the record; `system`: the system itself sets the value.
    """

    name: str
    phrases: tuple[str, ...]
    convert: str = "text"
    type: str = "string"
    options: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False
    system: bool = False


MONEY: Final = {"places": 2}
WHOLE: Final = {"places": 0}

CONCEPTS: Final = (
    Concept("", ("email status", "email opted in", "email subject", "email type"), exact=True),
    Concept("email", ("email", "e mail", "epost", "email value", "mail", "email email"), "email"),
    Concept("", ("email address", "e mail address", "mail address email", "email address address"), "email"),
    Concept(
        "mobile", ("mobile", "mobile phone", "mobilephone", "phone mobile", "phone number mobile", "mobil"), "phone"
    ),
    Concept("mobile", ("mobile number", "mobile phone number", "cell phone", "cellphone"), "phone"),
    Concept("", ("fax", "fax number"), "phone"),
    Concept("phone", ("phone", "phone number", "phonenumber", "telephone", "tel", "telefon", "phone value"), "phone"),
    Concept("phone", ("phone work", "phone number work", "phone number number", "phone number value"), "phone"),
    Concept("website", ("website", "web site", "homepage", "home page", "web page", "web address", "hjemmeside")),
    Concept("url", ("url", "link", "uri")),
    Concept("", ("ip address", "mac address")),
    Concept(
        "organization_number",
        ("organization number", "organisation number", "org number", "orgnr", "org nr"),
        "identifier",
    ),
    Concept(
        "organization_number", ("organisasjonsnummer", "organization no", "company number", "orgnummer"), "identifier"
    ),
    Concept("birth_date", ("birth date", "birthdate", "date of birth", "birthday", "fodselsdato"), "date"),
    Concept("given_name", ("first name", "firstname", "given name", "fornavn", "name first")),
    Concept("family_name", ("last name", "lastname", "family name", "surname", "etternavn", "name last")),
    Concept("job_title", ("job title", "jobtitle", "stilling")),
    Concept("sku", ("sku", "product code", "product number", "item number", "item code", "product no"), "identifier"),
    Concept("street1", ("street", "street 1", "address 1", "address line 1", "street address", "adresse")),
    Concept("street1", ("line 1", "addressline 1", "street line 1", "address")),
    Concept("street2", ("street 2", "address 2", "address line 2", "line 2", "addressline 2", "adresse 2")),
    Concept("city", ("city", "town", "poststed", "locality", "postal place")),
    Concept("postal_code", ("zip", "zip code", "zipcode", "postal code", "postalcode", "postcode", "post code")),
    Concept("postal_code", ("postnr", "postnummer")),
    Concept("region", ("state code", "province code", "address state", "address province", "address region"), "region"),
    Concept("region", ("billing state", "shipping state", "region code", "address county"), "region"),
    Concept("", ("state", "province", "region", "county")),
    Concept("country", ("country", "country code", "countrycode", "country iso code", "iso 2 letter"), "country"),
    Concept("country", ("two letter iso country", "country code iso", "country name", "iso 2"), "country"),
    Concept("currency", ("currency", "currency code", "valuta", "currency iso code")),
    Concept("language", ("language", "language code", "locale", "sprak")),
    Concept(
        "stock_quantity",
        ("stock", "stock quantity", "inventory quantity", "quantity on hand"),
        "decimal",
        "number",
        WHOLE,
    ),
    Concept(
        "cost", ("cost", "cost price", "purchase price", "unit cost", "cost of good sold"), "decimal", "number", MONEY
    ),
    Concept("price", ("price", "unit price", "list price", "sale price", "selling price"), "decimal", "number", MONEY),
    Concept(
        "price",
        ("price excluding vat", "price excluding vat currency", "unit price excluding vat currency"),
        "decimal",
        "number",
        MONEY,
    ),
    Concept("cost", ("cost excluding vat currency", "cost excluding vat"), "decimal", "number", MONEY),
    Concept("weight", ("weight",), "decimal", "number", MONEY),
    Concept("", ("quantity", "qty", "count", "antall", "number of employee"), "decimal", "number", WHOLE),
    Concept(
        "",
        ("amount", "total", "sum", "subtotal", "discount", "percent", "percentage", "rate", "vat", "tax"),
        "decimal",
        "number",
        MONEY,
    ),
    Concept(
        "", ("created", "updated", "modified", "date created", "last updated", "last modified"), "instant", system=True
    ),
    Concept("", ("created at", "updated at", "modified at", "created time", "modified time"), "instant", system=True),
    Concept("", ("created on", "modified on", "created date", "updated date", "create date"), "instant", system=True),
    Concept(
        "",
        ("last modified date", "last modified date time", "last changed", "updated date time"),
        "instant",
        system=True,
    ),
    Concept("due_date", ("due date", "duedate", "due on", "due"), "date"),
    Concept("order_date", ("order date", "orderdate", "ordre dato"), "date"),
    Concept("start_date", ("start date", "startdate", "start on", "start"), "date"),
    Concept("end_date", ("end date", "enddate", "end"), "date"),
    Concept("", ("date", "dato"), "date"),
    Concept("description", ("description", "desc", "beskrivelse"), exact=True),
    Concept("note", ("note", "comment", "remark", "merknad"), exact=True),
    Concept("name", ("name", "display name", "full name", "company name", "customer name", "navn"), exact=True),
    Concept(
        "name", ("product name", "item name", "deal name", "dealname", "title", "subject", "project name"), exact=True
    ),
)
"""The concepts by the last words of a path; the longest phrase decides."""

ADDRESSES: Final[Mapping[str, str]] = {
    "billing": "billing",
    "invoice": "billing",
    "shipping": "shipping",
    "delivery": "shipping",
    "deliver": "shipping",
    "postal": "postal",
    "physical": "physical",
    "visiting": "physical",
}
"""Words before an address, with the kind of the address."""

PARTS_OF_ADDRESS: Final = frozenset({"street1", "street2", "city", "postal_code", "region", "country"})

_BY_PHRASE: Final = {tuple(phrase.split()): concept for concept in CONCEPTS for phrase in concept.phrases}
_LONGEST: Final = max(map(len, _BY_PHRASE))


DATE: Final = Concept("", (), "date")
TEXT: Final = Concept("", ())


class NamedConcept(Struct, frozen=True):
    """The concept that a path names; `name` has the kind of an address before it (`billing.city`)."""

    name: str | None
    concept: Concept


@cache
def concept_of(path: str) -> NamedConcept | None:
    """Return the concept that the name of a property says, None when it says none."""
    words = words_of(path)
    concept, phrase = _of_last_words(words)
    if concept is None:
        return NamedConcept(None, DATE) if words and words[-1].endswith("date") and words[-1] != "update" else None
    if concept.exact and (phrase != words or is_nested(path)):
        return NamedConcept(None, TEXT if concept.convert == "text" else concept)
    return NamedConcept(_with_parts(concept.name, words, phrase), concept)


def _of_last_words(words: tuple[str, ...]) -> tuple[Concept | None, tuple[str, ...]]:
    for length in range(min(_LONGEST, len(words)), 0, -1):
        if concept := _BY_PHRASE.get(words[-length:]):
            return concept, words[-length:]
    return None, ()


def _with_parts(name: str, words: tuple[str, ...], phrase: tuple[str, ...]) -> str | None:
    """Return the concept with the kind of an address or of a URL before it, so that two of them differ."""
    if name == "url":
        return ".".join(["_".join(words[: -len(phrase)]), name]) if len(words) > len(phrase) else "website"
    if name not in PARTS_OF_ADDRESS:
        return name or None
    # `postal code` is a part of an address, not the kind of one.
    kinds = [ADDRESSES[w] for w, after in pairwise(words) if w in ADDRESSES and after != "code"]
    return ".".join([*kinds[:1], name])
