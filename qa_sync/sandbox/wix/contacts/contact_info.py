"""The `info` of a contact: the writable fields, and what Wix adds.

Source: docs/explanation/vendors/wix.rst, "Contact fields" and "Contact writes".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qa_sync.sandbox.shape import Flag, Many, MapOf, Obj, Shape, Text
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.contacts.phones import e164
from qa_sync.sandbox.wix.errors import reject

MAX_ITEMS = 50
NAME = Text(max=1000)


def _items(element: Shape) -> Obj:
    return Obj({"items": Many(element, max=MAX_ITEMS)})


ADDRESS = Obj(
    {
        "addressLine": Text(max=1000),
        "addressLine2": Text(max=1000),
        "streetAddress": Obj({"number": NAME, "name": NAME}),
        "city": NAME,
        "subdivision": Text(pattern="[A-Z]{2}-[A-Z0-9]{1,3}"),
        "country": Text(pattern="[A-Z]{2}"),
        "postalCode": Text(max=100),
    }
)
INFO = Obj(
    {
        "name": Obj({"first": NAME, "last": NAME}),
        "emails": _items(
            Obj(
                {
                    "id": Text(),
                    "tag": Text(choices=("UNTAGGED", "MAIN", "HOME", "WORK")),
                    "email": Text(min=1, max=320, pattern=r"[^@\s]+@[^@\s]+"),
                    "primary": Flag(),
                }
            )
        ),
        "phones": _items(
            Obj(
                {
                    "id": Text(),
                    "tag": Text(choices=("UNTAGGED", "MAIN", "HOME", "MOBILE", "WORK", "FAX")),
                    "countryCode": Text(pattern="[A-Z]{2}"),
                    "phone": Text(min=1, max=50),
                    "primary": Flag(),
                }
            )
        ),
        "addresses": _items(
            Obj(
                {
                    "id": Text(),
                    "tag": Text(choices=("UNTAGGED", "HOME", "WORK", "BILLING", "SHIPPING")),
                    "address": ADDRESS,
                }
            )
        ),
        "company": NAME,
        "jobTitle": NAME,
        "birthdate": Text(pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        "locale": Text(pattern="[A-Za-z]{2,3}(-[A-Za-z0-9]+)*"),
        "labelKeys": _items(Text(max=2000)),
        "extendedFields": Obj({"items": MapOf("custom.")}),
    }
)


def items(info: Doc, name: str) -> list[Doc]:
    """Return the elements of one of the wrapped lists (`emails`)."""
    return list((info.get(name) or {}).get("items") or [])


def settled(info: Doc, new_id: Callable[[], str]) -> Doc:
    """Return the info with what Wix adds: element ids, tags, one primary per list, international phone numbers.

    Raises the 400 for two primaries.
    """
    lists: dict[str, Any] = {}
    for name in ("emails", "phones", "addresses"):
        if found := [_element(name, element, new_id) for element in items(info, name)]:
            lists[name] = {"items": found}
    for name in ("emails", "phones"):
        if name in lists:
            _choose_primary(lists[name]["items"])
    rest = {name: part for name, part in info.items() if name not in ("emails", "phones", "addresses")}
    return rest | lists | {"extendedFields": _extended(info)}


def _element(list_name: str, element: Doc, new_id: Callable[[], str]) -> Doc:
    whole = {"id": element.get("id") or new_id(), "tag": element.get("tag") or "UNTAGGED"}
    whole |= {name: part for name, part in element.items() if name not in whole}
    if list_name == "phones" and (number := e164(element.get("countryCode"), element.get("phone"))):
        whole["e164Phone"] = number
    return whole


def _choose_primary(elements: list[Doc]) -> None:
    chosen = [n for n, element in enumerate(elements) if element.get("primary")]
    if len(chosen) > 1:
        raise reject(400, "CANNOT_HAVE_MULTIPLE_PRIMARY_INFO", "Only one element can be primary.")
    for n, element in enumerate(elements):
        element["primary"] = n == (chosen or [0])[0]


def _extended(info: Doc) -> Doc:
    custom = {k: v for k, v in (info.get("extendedFields") or {}).get("items", {}).items() if k.startswith("custom.")}
    name = info.get("name") or {}
    shown = [part for part in (name.get("first"), name.get("last")) if part]
    email = next((e.get("email") for e in items(info, "emails")), None)
    first = " ".join(shown) or info.get("company") or email or ""
    last = " ".join(reversed(shown)) or first
    return {"items": custom | {"contacts.displayByFirstName": first, "contacts.displayByLastName": last}}


def primary_info(info: Doc) -> Doc:
    """Return the read-only copy of the primary e-mail and phone."""
    mirror: Doc = {}
    for name, part in (("emails", "email"), ("phones", "phone")):
        chosen = next((element for element in items(info, name) if element.get("primary")), None)
        if chosen and chosen.get(part):  # a cleared value is not copied
            mirror[part] = chosen[part]
    return mirror
