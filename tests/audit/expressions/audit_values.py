"""Forms and hostile wire values for the rules that exist twice."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from qa_sync.values.form import Form

STATUS = MappingProxyType({"publish": True, "draft": False, "pending": "waiting"})


def form(convert: str, type: str = "string", **options: Any) -> Form:
    return Form(type=type, convert=convert, options=MappingProxyType(options))


FORMS = (
    *(form(name) for name in ("text", "escaped_text", "html", "email", "phone", "identifier", "reference")),
    form("reference", "integer"),
    *(form("decimal"), form("decimal", "number", places=2), form("decimal", places=2), form("decimal", places=0)),
    *(form("integer"), form("integer", "integer"), form("boolean"), form("boolean", "boolean")),
    *(form("instant", style=style) for style in ("z", "ms_z", "naive_utc", "offset")),
    *(form("date"), form("country", style="iso2"), form("country", style="name"), form("region", style="bare")),
    form("choice", values=STATUS),
)
ZONES = (UTC, ZoneInfo("Europe/Oslo"), ZoneInfo("America/New_York"))

HOSTILE = (
    *(
        "",
        " ",
        "\u00a0",
        "\u2003\n",
        "\ufeff",
        "\x1c",
        "0",
        "00",
        "007",
        "-0",
        "+5",
        "1.50",
        "1.5",
        "1e3",
        "1_000",
        "0x1F",
    ),
    *(".5", "5.", " 12 ", "12\n", "1,5", "NaN", "Infinity", "9" * 30, "0." + "1" * 20, "0.005", "0.004", "0.0049"),
    *("12.345", "12.3449", "1.005", "2.675", "true", "TRUE", "false", "Åse", "ÅSE", "A\u030ase", "åse", " Åse"),
    *("a@B.test", "A@b.test", " a@b.test", "a@b.test\n", "İ@b.test", "i̇@b.test", "ß@b.test", "SS@b.test"),
    *("&amp;", "&", "&nbsp;", "a &amp; b", "<b>a</b>", "<p></p>", "a  b", "a b", "a\tb", "<", "&#x20;", "\ud800"),
    *(
        "+47 400 00 001",
        "+4740000001",
        "004740000001",
        "40000001",
        "40 00 00 01",
        "(400) 00-001",
        "+1",
        "12 ext. 5",
    ),
    *(
        "47+1",
        "+",
        "2024-02-29T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-11-13T23:30:00Z",
        "2024-11-13T23:30:00.999Z",
    ),
    *(
        "2024-11-13T23:30:00",
        "2024-11-13T23:30:60Z",
        "2024-11-14T00:30:00+01:00",
        "2024-11-13 23:30:00Z",
        "2024-11-13",
    ),
    *(
        "2024-11-13T23:30:00z",
        "2024-11-13T12:00:00.1x3Z",
        "2024-11-14",
        "2024-02-30",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
    ),
    *(
        "NO",
        "no",
        "Norway",
        "Norge",
        "NOR",
        "578",
        "Narnia",
        "US-NY",
        "NY",
        "publish",
        "draft",
        "pending",
        "Publish",
        "x",
    ),
)
TEXTS = st.sampled_from(HOSTILE)
SCALARS = (
    st.none()
    | st.booleans()
    | TEXTS
    | st.text(max_size=6)
    | st.integers(-1000, 1000)
    | st.integers(10**14, 10**17)
    | st.sampled_from(
        [0, 1, 10**401, 0.1, 0.30000000000000004, 15.0, 1e16, 1e300, 1e-7, -0.0, float("nan"), float("inf")]
    )
    | st.floats()
    | st.decimals(allow_nan=True, places=3)
    | st.just(Decimal("1E+20"))
)
WIRES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=2), SCALARS, max_size=1)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two wire values, which are often the same or nearly so."""
    one = draw(WIRES)
    other = draw(st.one_of(st.just(one), WIRES, st.just(str(one)), st.just([one])))
    return one, other
