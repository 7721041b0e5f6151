"""Keys of two records match only when the values are the same."""

from datetime import UTC

from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.values.form import Form

EMAIL, PHONE = Form(convert="email"), Form(convert="phone")


def keys(value: str, form: Form) -> tuple[str, ...]:
    return keys_of(value, form, PropertyFormats(form, form, UTC))


def test_full_case_folding_does_not_join_two_mailboxes() -> None:
    assert keys("STRASSE@example.test", EMAIL) == keys("strasse@example.test", EMAIL)
    assert keys("straße@example.test", EMAIL) != keys("strasse@example.test", EMAIL)


def test_a_phone_number_without_its_country_matches_no_other() -> None:
    assert keys("+47 22 00 00 00", PHONE) == keys("004722000000", PHONE) != keys("22000000", PHONE)


def test_a_phone_number_without_the_country_of_its_card_matches_the_whole_one_and_no_other() -> None:
    norway, sweden = (Form(convert="phone", options={"country": code}) for code in ("NO", "SE"))
    whole = set(keys("+47 22 00 00 00", PHONE))
    assert set(keys("22 00 00 00", norway)) & whole
    assert not set(keys("22 00 00 00", sweden)) & whole
    assert set(keys("22000000", norway)) & set(keys("22 000 000", sweden))
