"""Contacts. Source: docs/explanation/vendors/wix.rst, "Contacts v4"."""

from __future__ import annotations

from typing import Any

from sandbox_caller import Caller, HandClock
from wix_rows import (
    ADA,
    CONTACT,
    CONTACTS,
    ERROR,
    MILLISECONDS,
    RULE,
    Row,
    after_delete,
    contact,
    filtered,
    label_twice,
    labelled,
    made,
    merged,
    patch,
    plain,
    two_writes,
)

TWO = {"emails": {"items": [{"email": f"{n}@example.test", "primary": True} for n in "ab"]}}


def phones_only(wix: Caller, _clock: HandClock) -> Any:
    phones = {"phones": {"items": [{"phone": "40000001"}, {"phone": "40000002"}]}}
    return wix("POST", CONTACTS, {"info": phones, "primaryInfo": {"phone": "9"}})


CONTACT_ROWS = (
    Row(
        *("Contact fields", "create", plain("POST", CONTACTS, {"info": ADA})),
        keys=CONTACT,
        types={"contact.revision": int, "contact.id": str},
        values={
            "contact.revision": 1,
            "contact.createdDate": MILLISECONDS,
            "contact.lastActivity.activityType": "CONTACT_CREATED",
            "contact.primaryInfo": {"email": "ada@example.test", "phone": "40000001"},
            "contact.info.phones.items.0.e164Phone": "+4740000001",
            "contact.info.extendedFields.items": {
                "contacts.displayByFirstName": "Ada Berg",
                "contacts.displayByLastName": "Berg Ada",
            },
        },
        item=11,
    ),
    Row(
        *("Contact operations", "get", made(contact, "GET", CONTACTS + "/{}", params={"fieldsets": "FULL"})),
        keys={"": {"contact", "responseType"}, **CONTACT},
        values={"responseType": "REGULAR"},
    ),
    Row(
        *("Contact lists", "basic fields only", made(contact, "GET", CONTACTS + "/{}", params={"fieldsets": "BASIC"})),
        keys={"contact": {"id", "revision", "primaryInfo", "info"}, "contact.info": {"name"}},
    ),
    Row(
        *("Contact operations", "list", made(contact, "GET", CONTACTS)),
        keys={"": {"contacts", "pagingMetadata"}, "pagingMetadata": {"count", "offset", "total", "tooManyToCount"}},
        types={"pagingMetadata.total": int, "contacts": list},
        values={"pagingMetadata.count": 1},
        item=4,
    ),
    Row("Contact lists", "a page of 1000", plain("GET", CONTACTS, params={"paging.limit": "1000"}), item=4),
    Row(
        *("Contact lists", "a page of 1001", plain("GET", CONTACTS, params={"paging.limit": "1001"})),
        *(400, "ILLEGAL_LIMIT"),
        item=4,
    ),
    Row(
        "Contact writes",
        "nobody",
        plain("POST", CONTACTS, {"info": {"company": "x"}}),
        400,
        "INSUFFICIENT_CONTACT_DATA",
    ),
    Row(
        *("Contact writes", "an e-mail that is taken", made(contact, "POST", CONTACTS, {"info": ADA})),
        *(409, "DUPLICATE_CONTACT_EXISTS"),
        keys={"details.applicationError.data": {"duplicateContactId", "duplicateEmail"}},
        values={"details.applicationError.data.duplicateEmail": "ada@example.test"},
        item=2,
    ),
    Row(
        *(
            "Contact writes",
            "a phone that is taken",
            made(contact, "POST", CONTACTS, {"info": {"phones": ADA["phones"]}}),
        ),
        *(409, "DUPLICATE_CONTACT_EXISTS"),
        keys={"details.applicationError.data": {"duplicateContactId", "duplicatePhone"}},
        item=2,
    ),
    Row(
        *(
            "Contact writes",
            "duplicates allowed",
            made(contact, "POST", CONTACTS, {"info": ADA, "allowDuplicates": True}),
        ),
        values={"contact.revision": 1},
        item=2,
    ),
    Row(
        *("Contact writes", "the first is primary, primaryInfo is derived", phones_only),
        values={
            "contact.primaryInfo": {"phone": "40000001"},
            "contact.info.phones.items.0.primary": True,
            "contact.info.phones.items.1.primary": False,
        },
        item=3,
    ),
    Row(
        "Contact writes",
        "two primaries",
        plain("POST", CONTACTS, {"info": TWO}),
        400,
        "CANNOT_HAVE_MULTIPLE_PRIMARY_INFO",
    ),
    Row(
        *("Contact writes", "update", lambda wix, _clock: patch(wix, contact(wix), {"name": {"first": "Eva"}})),
        keys={"": {"contact"}},
        values={"contact.revision": 2, "contact.info.name": {"first": "Eva"}, "contact.info.company": "Berg AS"},
        item=2,
    ),
    Row(
        *("Contact writes", "update from an old reading", lambda wix, _clock: two_writes(wix, {"company": "second"})),
        *(409, "CONTACT_ALREADY_CHANGED"),
        keys=ERROR,
        values={"message": "Contact has been updated since the requested revision."},
        item=2,
    ),
    Row(
        "Contact writes",
        "update without a revision",
        made(contact, "PATCH", CONTACTS + "/{}", {"info": ADA}),
        400,
        item=2,
    ),
    Row(
        *("Contact writes", "a revision in quotes", lambda wix, _clock: patch(wix, contact(wix), ADA, revision="1")),
        400,
        values={RULE: "TYPE"},
        item=2,
    ),
    Row(
        *("Contact writes", "an update of nothing", lambda wix, _clock: patch(wix, contact(wix), {})),
        *(400, "INSUFFICIENT_UPDATE_CONTACT_DATA"),
    ),
    Row(
        *(
            "Contact writes",
            "a list is replaced",
            lambda wix, _clock: patch(wix, contact(wix), {"phones": {"items": []}}),
        ),
        keys={"contact.primaryInfo": {"email"}},
    ),
    Row("Contact writes", "delete", made(contact, "DELETE", CONTACTS + "/{}"), values={"": {}}, item=11),
    Row("Contact writes", "get of a deleted one", after_delete(CONTACTS, contact), 404, "CONTACT_NOT_FOUND", item=11),
    Row(
        "Contact writes",
        "update of nobody",
        plain("PATCH", f"{CONTACTS}/none", {"revision": 1}),
        404,
        "CONTACT_NOT_FOUND",
    ),
    Row("Contact writes", "delete of nobody", plain("DELETE", f"{CONTACTS}/none"), 404, "CONTACT_NOT_FOUND"),
    Row(
        *(
            "Contact fields",
            "unknown and read-only fields",
            plain("POST", CONTACTS, {"info": {**ADA, "shoe": 43}, "id": "mine"}),
        ),
        keys=CONTACT,
        item=9,
    ),
    Row(
        *(
            "Contact fields",
            "a subdivision without its country",
            plain(
                "POST",
                CONTACTS,
                {"info": {"name": {"first": "A"}} | {"addresses": {"items": [{"address": {"subdivision": "ME"}}]}}},
            ),
        ),
        400,
        values={RULE: "FORMAT"},
    ),
    Row(
        "Contact fields",
        "an unknown label",
        plain("POST", CONTACTS, {"info": {**ADA, "labelKeys": {"items": ["custom.x"]}}}),
        400,
    ),
    Row(
        "Contact operations",
        "a label is put on",
        labelled,
        values={"contact.info.labelKeys.items": ["custom.my-label"]},
    ),
    Row("Contact operations", "a label is found or made", label_twice, values={"label.key": "custom.my-label"}),
    Row(
        *(
            "Contact operations",
            "an extended field",
            plain("POST", "/contacts/v4/extended-fields", {"displayName": "Shoe size"}),
        ),
        values={"field.key": "custom.shoe-size"},
    ),
    Row("Contact operations", "a merged contact", merged, values={"responseType": "MERGED", "contact.revision": 2}),
    Row(
        "Contact lists",
        "an unknown filter field",
        filtered(CONTACTS, filter={"x": 1}),
        400,
        "UNSUPPORTED_FILTER_FIELD_UNKNOWN",
    ),
    Row(
        "Contact lists",
        "an operator too many",
        filtered(CONTACTS, filter={"id": {"$gt": 1}}),
        400,
        "UNSUPPORTED_FILTER_OPERATOR",
    ),
    Row("Contact lists", "a filter that is none", filtered(CONTACTS, filter="x"), 400, "MALFORMED_FILTER"),
    Row(
        *("Contact lists", "a value of the wrong kind", filtered(CONTACTS, filter={"id": {"$in": "x"}})),
        *(400, "UNSUPPORTED_FILTER_VALUE_TYPE"),
    ),
    Row(
        *("Contact lists", "no sorting by the change", filtered(CONTACTS, sort=[{"fieldName": "updatedDate"}])),
        *(400, "UNSUPPORTED_SORT_FIELD"),
    ),
)
