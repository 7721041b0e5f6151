"""The buyer of an order: a contact that the order names, or the one that Wix finds or makes for a guest's address.

Source: docs/explanation/vendors/wix.rst, "Members with a behavior of their own".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.contacts.contacts import Contacts
from qa_sync.sandbox.wix.site import pruned

AS_IN_CONTACTS: Final[Mapping[str, str]] = {
    "addressLine1": "addressLine",
    "addressLine2": "addressLine2",
    "street": "streetAddress",
    "city": "city",
    "subdivision": "subdivision",
    "country": "country",
    "zipCode": "postalCode",
}
"""The members of an order's address, each with its name in the address of a contact."""


def buyer_of(people: Contacts, order: Doc) -> Doc:
    """Return `buyerInfo` of a new order, `{}` where nothing names the buyer.

    Only the id and `identityType` come from the request, the rest from the contact. A guest whose address is that of no
    contact becomes one.
    """
    given = order.get("buyerInfo") or {}
    if not given.get("id"):
        contact = _guest(people, order)
        return _of(contact, {"identityType": "CONTACT", "id": contact["id"]}) if contact else given
    buyer = {"identityType": "CONTACT"} | given
    contact = people.table.get(buyer["id"]) if buyer["identityType"] == "CONTACT" else None
    return _of(contact, buyer) if contact else buyer


def _of(contact: Doc, buyer: Doc) -> Doc:
    """Return a buyer with the data of the contact."""
    name = contact["info"].get("name", {})
    known = {"firstName": name.get("first"), "lastName": name.get("last"), **contact["primaryInfo"]}
    return buyer | {part: value for part, value in known.items() if value}


def _guest(people: Contacts, order: Doc) -> Doc | None:
    """Return the contact with a guest's e-mail address, a new one if there is none, None without an address."""
    addresses = {
        "BILLING": (order.get("billingInfo") or {}).get("address") or {},
        "SHIPPING": ((order.get("shippingInfo") or {}).get("shipmentDetails") or {}).get("address") or {},
    }
    asked = next((address for address in addresses.values() if address.get("email")), None)
    if asked is None:
        return None
    known = people.table.find("email", asked["email"].casefold())
    return known[0] if known else people.add(_info(asked, addresses), "WIX_STORES")


def _info(asked: Doc, addresses: Mapping[str, Doc]) -> Doc:
    """Return the info of a new contact, from the address with the e-mail address and from both places."""
    name = asked.get("fullName") or {}
    found = [{"tag": tag, "address": _address(address)} for tag, address in addresses.items()]
    info: Doc = pruned(
        {
            "name": {"first": name.get("firstName"), "last": name.get("lastName")},
            "emails": {"items": [{"email": asked["email"]}]},
            "phones": {"items": [{"phone": phone} for phone in (asked.get("phone"),) if phone]},
            "addresses": {"items": [one for one in found if one["address"]]},
            "company": asked.get("company"),
        }
    )
    return info


def _address(address: Doc) -> Doc:
    return {ours: address[theirs] for theirs, ours in AS_IN_CONTACTS.items() if address.get(theirs)}
