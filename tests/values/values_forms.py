"""Forms of every conversion, and canonical values that each of them allows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from qa_sync.values.canonical import is_empty
from qa_sync.values.conversions.countries import country_codes
from qa_sync.values.conversions.html import collapsed
from qa_sync.values.form import Form, Scalar


def form(convert: str, type: str = "string", **options: Any) -> Form:
    return Form(type=type, convert=convert, options=MappingProxyType(options))


STATUS = MappingProxyType({"publish": True, "draft": False, "pending": "waiting", "3": 3})

FORMS = {
    "text": form("text"),
    "escaped_text": form("escaped_text"),
    "html": form("html"),
    "email": form("email"),
    "phone": form("phone"),
    "identifier": form("identifier"),
    "identifier as integer": form("identifier", "integer"),
    "reference": form("reference"),
    "reference as integer": form("reference", "integer"),
    "decimal": form("decimal"),
    "decimal as number": form("decimal", "number"),
    "integer": form("integer", "integer"),
    "integer as string": form("integer"),
    "integer as number": form("integer", "number"),
    "boolean": form("boolean", "boolean"),
    "boolean as string": form("boolean"),
    "instant z": form("instant", style="z"),
    "instant ms_z": form("instant", style="ms_z"),
    "instant naive_utc": form("instant", style="naive_utc"),
    "instant offset": form("instant", style="offset"),
    "date": form("date"),
    "country": form("country", style="iso2"),
    "country name": form("country", style="name"),
    "region": form("region", style="bare"),
    "region prefixed": form("region", style="prefixed", country="address.country"),
    "choice": form("choice", values=STATUS),
}

WORDS = st.text(max_size=12).filter(lambda text: not is_empty(text))
PLAIN_TEXTS = WORDS | st.sampled_from(
    ["007", "0150", "Åse & <b>Øl</b>", "&amp;", "\U0001f600", "e\u0301", " x ", "5", "12.50", "true", "1e3", "Norge"]
)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=4).map(lambda d: d or abs(d)) | st.sampled_from(
    [Decimal(0), Decimal("0.10"), Decimal("-0.01"), Decimal("1E+20"), Decimal("9" * 30 + ".5")]
)
# A JSON number must give the decimal back.
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(lambda f: Decimal(repr(f)) or Decimal(0))
IDS = st.from_regex(r"[0-9A-Za-z-]{1,12}", fullmatch=True)
WHOLE = st.integers(0, 10**18)
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)

VALUES: dict[str, st.SearchStrategy[Scalar]] = {
    "text": PLAIN_TEXTS,
    # What a system escapes is a text without entities of its own (see test_canonical).
    "escaped_text": PLAIN_TEXTS.filter(lambda text: "&" not in text),
    "html": PLAIN_TEXTS.map(collapsed).filter(lambda text: not is_empty(text)).filter(lambda text: "\r" not in text),
    "email": st.from_regex(r"[a-zæøå0-9.]{1,8}@example\.test", fullmatch=True),
    "phone": st.from_regex(r"\+?[1-9][0-9]{4,12}", fullmatch=True),
    "identifier": IDS,
    "identifier as integer": WHOLE.map(str),
    "reference": IDS.filter(lambda text: text != "0"),
    "reference as integer": WHOLE.filter(bool).map(str),
    "decimal": DECIMALS,
    "decimal as number": NUMBERS,
    "integer": st.integers(),
    "integer as string": st.integers(),
    "integer as number": st.integers(),
    "boolean": st.booleans(),
    "boolean as string": st.booleans(),
    "instant z": INSTANTS,
    "instant ms_z": INSTANTS,
    "instant naive_utc": INSTANTS,
    "instant offset": INSTANTS,
    "date": st.dates(date(1, 1, 1)),
    "country": st.sampled_from(country_codes()),
    "country name": st.sampled_from(country_codes()),
    "region": st.from_regex(r"[A-Z0-9]{1,3}", fullmatch=True),
    "region prefixed": st.from_regex(r"[A-Z0-9]{1,3}", fullmatch=True),
    "choice": st.sampled_from(list(STATUS.values())),
}

SIBLINGS = {"address.country": "US", "currency": "KWD", "order.currency": "JPY"}

HOSTILE_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**399, 10**401)
    | st.floats()
    | st.decimals()
    | st.text()
    | st.sampled_from(
        ["1e999999999", "0000-00-00T00:00:00", "9999-12-31T23:59:59-12:00", "+", "-", "<", "&#", "\ud800"]
    )
)
HOSTILE_JSON = st.recursive(
    HOSTILE_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
)
