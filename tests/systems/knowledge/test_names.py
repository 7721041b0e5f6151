"""What the name of a property says of it, where no card says more."""

from __future__ import annotations

import pytest

from qa_sync.systems.knowledge.concepts import CONCEPTS, concept_of
from qa_sync.systems.knowledge.forms import adapted, form_by_name
from qa_sync.systems.words import words_of
from qa_sync.values.canonical import CONVERSIONS


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("properties.firstname", ("firstname",)),
        ("billingAddress.postalCode", ("billing", "address", "postal", "code")),
        ("Emails.Value", ("email", "value")),
        ("hs_product_id", ("hs", "product", "id")),
        ("address_line1", ("address", "line", "1")),
        ("items[primary=true].email", ("item", "email")),
        ("companies", ("company",)),
        ("status", ("status",)),
    ],
)
def test_the_words_of_a_path(path: str, words: tuple[str, ...]) -> None:
    assert words_of(path) == words


@pytest.mark.parametrize(
    ("path", "concept", "convert"),
    [
        ("workEmail", "email", "email"),
        ("Emails.Value", "email", "email"),
        ("email_addresses.address", None, "email"),
        ("MailAddress.City", "city", "text"),
        ("phone_numbers.number", "phone", "phone"),
        ("phoneNumberMobile", "mobile", "phone"),
        ("deliveryAddress.postalCode", "shipping.postal_code", "text"),
        ("postalAddress.addressLine1", "postal.street1", "text"),
        ("Country.TwoLetterISOCountry", "country", "country"),
        ("countryCode", "country", "country"),
        ("properties.website", "website", "text"),
        ("avatarUrl", "avatar.url", "text"),
        ("date_of_birth", "birth_date", "date"),
        ("properties.closedate", None, "date"),
        ("Created_Time", None, "instant"),
        ("priceExcludingVatCurrency", "price", "decimal"),
        ("name", "name", "text"),
        ("properties.name", "name", "text"),
        ("customer.name", None, "text"),
        ("category_name", None, "text"),
        ("short_description", None, "text"),
        ("organizationNumber", "organization_number", "identifier"),
    ],
)
def test_a_name_says_the_concept(path: str, concept: str | None, convert: str) -> None:
    named = concept_of(path)
    assert named is not None
    assert (named.name, named.concept.convert) == (concept, convert)


@pytest.mark.parametrize("path", ["update", "nickname", "ip", "isVip", "sesam_SalesOrderId", "status"])
def test_other_names_say_nothing(path: str) -> None:
    assert concept_of(path) is None


def test_the_table_has_each_phrase_once_and_only_known_conversions() -> None:
    phrases = [phrase for concept in CONCEPTS for phrase in concept.phrases]
    assert len(phrases) == len(set(phrases))
    assert {concept.convert for concept in CONCEPTS} <= CONVERSIONS.keys()
    # `words_of` must be able to make each phrase: lower case, singular, digits apart.
    assert [phrase for phrase in phrases if words_of(phrase.replace(" ", "_")) != tuple(phrase.split())] == []


@pytest.mark.parametrize(
    ("path", "declared", "form"),
    [
        ("email", "string", ("string", "email")),
        ("isPrivateIndividual", "string", ("string", "text")),
        ("isPrivateIndividual", None, ("boolean", "boolean")),
        ("price", "string", ("string", "decimal")),
        ("price", None, ("number", "decimal")),
        ("count", "float", ("number", "decimal")),
        ("vatNumber", "integer", ("integer", "integer")),
        ("anything", "expression", ("string", "text")),
        ("anything", None, ("string", "text")),
    ],
)
def test_a_declared_type_decides_over_the_name(path: str, declared: str | None, form: tuple[str, str]) -> None:
    found = form_by_name(path, [declared] if declared else []).form
    assert (found.type, found.convert) == form


@pytest.mark.parametrize(
    ("path", "declared", "partner", "partner_type", "form"),
    [
        ("login", "string", "work_email", None, ("string", "email")),
        ("anything", None, "discount", "float", ("number", "decimal")),
        ("anything", "string", "discount", "float", ("string", "decimal")),
        ("anything", None, "name", "string", ("string", "text")),
        ("price", None, "label", "string", ("number", "decimal")),
        ("active", None, "isActive", "boolean", ("boolean", "boolean")),
    ],
)
def test_a_text_follows_the_property_of_the_same_value(
    path: str, declared: str | None, partner: str, partner_type: str | None, form: tuple[str, str]
) -> None:
    own = form_by_name(path, [declared] if declared else [])
    found = adapted(own, [form_by_name(partner, [partner_type] if partner_type else [])]).form
    assert (found.type, found.convert) == form
