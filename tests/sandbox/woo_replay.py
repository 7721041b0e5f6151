"""Plays a recording of a real WooCommerce shop to the sandbox: requests and settings in the recorded order.

`recorded/woocommerce-2.ndjson` holds a step a line: a case (`name`, `method`, `url`, `sent`, `status`, `headers`,
`body`), a request without a recorded body (`id` is that of its record; `inferred`: from ids that are missing), or a
change of the shop. Bodies have no `_links`; that of
the maintenance page is left out. `recorded/woocommerce-differences.csv` is the table of what differs, with the reasons;
the documentation shows it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct
from sandbox_caller import Caller, HandClock

from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sandbox.woocommerce.products.images import add_image
from qa_sync.sandbox.woocommerce.settings import ShopSettings

RECORDED = Path(__file__).parent / "recorded"
RECORDING = [json.loads(line) for line in (RECORDED / "woocommerce-2.ndjson").read_text(encoding="utf-8").splitlines()]
# Of requests that were sent at once, the one that won comes first.
STEPS: tuple[dict[str, Any], ...] = tuple(
    step
    for at_once, steps in groupby(RECORDING, key=lambda step: "parallel" in step)
    for step in (sorted(steps, key=lambda step: step["status"]) if at_once else steps)
)
CASES: Mapping[str, dict[str, Any]] = {step["name"]: step for step in STEPS if "name" in step}
HEADERS = ("location", "x-wp-total", "x-wp-totalpages", "retry-after")
LINES = ("line_items", "shipping_lines", "fee_lines", "tax_lines", "coupon_lines")
OPTIONS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "woocommerce_price_num_decimals": ("decimals", int),
    "woocommerce_currency": ("currency", str),
    "woocommerce_price_decimal_sep": ("separator", str),
    "woocommerce_price_thousand_sep": ("thousands", str),
    "woocommerce_calc_taxes": ("taxes", lambda value: Decimal(25 if value == "yes" else 0)),
    "woocommerce_prices_include_tax": ("prices", lambda value: "with" if value == "yes" else "without"),
    "timezone_string": ("zone", str),
    "woocommerce_custom_orders_table_enabled": ("orders", lambda value: "tables" if value == "yes" else "posts"),
}
"""The shop's options by the words of the settings."""


ADMINISTRATOR = {"first_name": "Ada", "last_name": "Admin", "username": "admin", "date_created": "2026-11-30T10:57:13"}
ADMINISTRATOR["date_modified"] = "2026-11-30T10:59:09"
DATES = ("date_modified_gmt", "date_created_gmt", "date_paid_gmt", "date_completed_gmt")
DAY = "2026-11-30"


class Difference(Struct, frozen=True):
    """One row of the table: cases and members as patterns, and the reason."""

    cases: str
    members: str
    reason: str

    def covers(self, case: str, member: str) -> bool:
        """Return whether the row is about that member of a case."""
        return fnmatchcase(case, self.cases) and any(
            fnmatchcase(member.replace("[]", ""), pattern) for pattern in self.members.split()
        )


def known_differences() -> tuple[Difference, ...]:
    """Return the table of differences."""
    with (RECORDED / "woocommerce-differences.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Difference(*row) for row in list(csv.reader(file))[1:])


def idle_rows(cases: Iterable[str], found: Sequence[tuple[str, str]]) -> list[Difference]:
    """Return the rows about these cases that cover none of the differences found."""
    rows = [row for row in known_differences() if any(fnmatchcase(case, row.cases) for case in cases)]
    return [row for row in rows if not any(row.covers(*each) for each in found)]


def differences(expected: Any, actual: Any, path: str = "body") -> Iterator[tuple[str, Any, Any]]:
    """Yield each member that differs, with both values; lists of different lengths differ as a whole."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in expected.keys() | actual.keys() - {"_links"}:
            yield from differences(expected.get(name, "MISSING"), actual.get(name, "MISSING"), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for left, right in zip(expected, actual, strict=True):
            yield from differences(left, right, f"{path}[]")
    elif type(expected) is not type(actual) or expected != actual:
        yield path, expected, actual


def differs(case: Mapping[str, Any], answer: httpx.Response) -> list[tuple[str, Any, Any]]:
    """Return all differences of an answer from its case: status, headers, members."""
    found: list[tuple[str, Any, Any]] = []
    if answer.status_code != case["status"]:
        found.append(("status", case["status"], answer.status_code))
    headers = ((name, case["headers"].get(name), answer.headers.get(name)) for name in HEADERS)
    found += [header for header in headers if header[1] != header[2]]
    if case["body"] is not None:
        try:
            found += differences(case["body"], answer.json())
        except ValueError:
            found.append(("body", "JSON", answer.text[:80]))
    return found


class Player:
    """A sandbox shop that follows the recording."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.caller = Caller(VENDORS["woocommerce"], self.clock)
        self.shop = self.caller.app.state.shop
        self.store = self.shop.world.store

    def play(self, steps: Sequence[Mapping[str, Any]] = STEPS) -> dict[str, httpx.Response]:
        """Return the answers of the cases by name."""
        answers: dict[str, httpx.Response] = {}
        times = _times(steps)
        for step, time in zip(steps, times, strict=True):
            self.clock.at = time
            if "method" not in step:
                self._change(step)
                continue
            answer = self._ask(step)
            if "name" in step:
                answers[step["name"]] = answer
            else:
                assert answer.status_code == step["status"], (step, answer.text)
        self.caller.loop.close()
        return answers

    def _change(self, step: Mapping[str, Any]) -> None:
        """Change the shop as its owner did."""
        settings: ShopSettings = self.shop.settings
        for option, value in step.get("shop", {}).items():
            if option in OPTIONS:
                name, read = OPTIONS[option]
                setattr(settings, name, read(value))
        if "maintenance" in step:
            settings.maintenance = step["maintenance"]
        for role, email, *known in step.get("users", ()):
            staff = self.caller.app.state.people.add_staff(role, email, *known)
            self.shop.customers.save(staff["id"], staff | (ADMINISTRATOR if known else {}), self.clock.now())
        if "image" in step:
            add_image(self.shop, "red.png", step["image"])

    def _ask(self, step: Mapping[str, Any]) -> httpx.Response:
        self._seat(step)
        headers = {"accept": step["accept"]} if "accept" in step else {"accept": "*/*"}
        return self.caller(step["method"], step["url"], step["sent"], base="https://shop.example", headers=headers)

    def _seat(self, step: Mapping[str, Any]) -> None:
        """Let the shop's sequences be where they were: other things draw from them, too."""
        body = step.get("body") or {}
        number = step.get("id") or (body.get("id") if isinstance(body, dict) else None)
        if step["method"] == "POST" and number:
            self.store.skip_to(_sequence(step["url"]), number)
        if isinstance(body, dict) and step["method"] in ("POST", "PUT"):
            new = [line["id"] for kind in LINES for line in body.get(kind) or ()]
            if step["method"] == "PUT":
                order = self.shop.orders.get(body.get("id")) or {}
                known = {line["id"] for kind in LINES for line in order.get(kind) or ()}
                new = [n for n in new if n not in known | {(order.get("tax_line") or {}).get("id")}]
            if new:
                self.store.skip_to("line", min(new))


def _sequence(url: str) -> str:
    path = url.partition("?")[0]
    if path.endswith("/customers"):
        return "user"
    if path.endswith("/notes"):
        return "note"
    return "term" if path.rpartition("/")[2] in ("categories", "tags") else "post"


def _times(steps: Sequence[Mapping[str, Any]]) -> list[datetime]:
    """Return the time of each step: what its answer says, else what a later answer says of its record."""
    found: list[datetime] = []
    at = datetime(2026, 11, 30, 10, 58, 50, tzinfo=UTC)
    for number, step in enumerate(steps):
        if step.get("method") in ("POST", "PUT", "DELETE") or "image" in step:
            stamps = _stamps(step.get("body")) or _told_later(step, steps[number + 1 :])
            if stamps:
                at = max(at, datetime.fromisoformat(max(stamps)).replace(tzinfo=UTC))
        found.append(at)
    return found


def _told_later(step: Mapping[str, Any], later: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the times that the answers up to the next write of the record tell of it."""
    wanted = _id(step)
    for other in later:
        if stamps := [
            stamp for record in _records(other.get("body")) if record.get("id") == wanted for stamp in _stamps(record)
        ]:
            return stamps
        if other.get("method") in ("PUT", "DELETE") and _id(other) == wanted:
            return []
    return []


def _id(step: Mapping[str, Any]) -> Any:
    last = step.get("url", "").partition("?")[0].rpartition("/")[2]
    told = (step.get("body") or {}).get("id") if isinstance(step.get("body") or {}, dict) else None
    return step.get("id") or step.get("image") or told or (int(last) if last.isdigit() else None)


def _records(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield an answer's record or records, and its images."""
    for record in body if isinstance(body, list) else [body]:
        if isinstance(record, dict):
            yield record
            yield from record.get("images") or ()


def _stamps(body: Any) -> list[str]:
    known = body if isinstance(body, dict) else {}
    return [stamp for name in DATES if (stamp := known.get(name)) and stamp.startswith(DAY)]
