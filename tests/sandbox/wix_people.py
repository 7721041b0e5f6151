"""Contacts and members (facts/WIX.md 2 and 5)."""

from __future__ import annotations

from typing import Any

from sandbox_caller import Caller, HandClock
from wix_rows import (
    ADA,
    CONTACT,
    CONTACTS,
    ERROR,
    MEMBERS,
    MILLISECONDS,
    RULE,
    Row,
    after_delete,
    contact,
    filtered,
    label_twice,
    labelled,
    made,
    member,
    member_s_contact,
    member_s_email,
    merged,
    patch,
    plain,
    two_writes,
)

TWO = {"emails": {"items": [{"email": f"{n}@example.test", "primary": True} for n in "ab"]}}
MEMBER_KEYS = {
    *("id", "loginEmail", "status", "contactId", "profile", "privacyStatus", "activityStatus"),
    *("createdDate", "updatedDate"),
}


def phones_only(wix: Caller, _clock: HandClock) -> Any:
    phones = {"phones": {"items": [{"phone": "40000001"}, {"phone": "40000002"}]}}
    return wix("POST", CONTACTS, {"info": phones, "primaryInfo": {"phone": "9"}})


PEOPLE = (
    Row(
        *("2.2", "create", plain("POST", CONTACTS, {"info": ADA})),
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
        *("2.1", "get", made(contact, "GET", CONTACTS + "/{}", params={"fieldsets": "FULL"})),
        keys={"": {"contact", "responseType"}, **CONTACT},
        values={"responseType": "REGULAR"},
    ),
    Row(
        *("2.4", "basic fields only", made(contact, "GET", CONTACTS + "/{}", params={"fieldsets": "BASIC"})),
        keys={"contact": {"id", "revision", "primaryInfo", "info"}, "contact.info": {"name"}},
    ),
    Row(
        *("2.1", "list", made(contact, "GET", CONTACTS)),
        keys={"": {"contacts", "pagingMetadata"}, "pagingMetadata": {"count", "offset", "total", "tooManyToCount"}},
        types={"pagingMetadata.total": int, "contacts": list},
        values={"pagingMetadata.count": 1},
        item=4,
    ),
    Row("2.4", "a page of 1000", plain("GET", CONTACTS, params={"paging.limit": "1000"}), item=4),
    Row(
        *("2.4", "a page of 1001", plain("GET", CONTACTS, params={"paging.limit": "1001"})),
        *(400, "ILLEGAL_LIMIT"),
        item=4,
    ),
    Row("2.3", "nobody", plain("POST", CONTACTS, {"info": {"company": "x"}}), 400, "INSUFFICIENT_CONTACT_DATA"),
    Row(
        *("2.3", "an e-mail that is taken", made(contact, "POST", CONTACTS, {"info": ADA})),
        *(409, "DUPLICATE_CONTACT_EXISTS"),
        keys={"details.applicationError.data": {"duplicateContactId", "duplicateEmail"}},
        values={"details.applicationError.data.duplicateEmail": "ada@example.test"},
        item=2,
    ),
    Row(
        *("2.3", "a phone that is taken", made(contact, "POST", CONTACTS, {"info": {"phones": ADA["phones"]}})),
        *(409, "DUPLICATE_CONTACT_EXISTS"),
        keys={"details.applicationError.data": {"duplicateContactId", "duplicatePhone"}},
        item=2,
    ),
    Row(
        *("2.3", "duplicates allowed", made(contact, "POST", CONTACTS, {"info": ADA, "allowDuplicates": True})),
        values={"contact.revision": 1},
        item=2,
    ),
    Row(
        *("2.3", "the first is primary, primaryInfo is derived", phones_only),
        values={
            "contact.primaryInfo": {"phone": "40000001"},
            "contact.info.phones.items.0.primary": True,
            "contact.info.phones.items.1.primary": False,
        },
        item=3,
    ),
    Row("2.3", "two primaries", plain("POST", CONTACTS, {"info": TWO}), 400, "CANNOT_HAVE_MULTIPLE_PRIMARY_INFO"),
    Row(
        *("2.3", "update", lambda wix, _clock: patch(wix, contact(wix), {"name": {"first": "Eva"}})),
        keys={"": {"contact"}},
        values={"contact.revision": 2, "contact.info.name": {"first": "Eva"}, "contact.info.company": "Berg AS"},
        item=2,
    ),
    Row(
        *("2.3", "update from an old reading", lambda wix, _clock: two_writes(wix, {"company": "second"})),
        *(409, "CONTACT_ALREADY_CHANGED"),
        keys=ERROR,
        values={"message": "Contact has been updated since the requested revision."},
        item=2,
    ),
    Row("2.3", "update without a revision", made(contact, "PATCH", CONTACTS + "/{}", {"info": ADA}), 400, item=2),
    Row(
        *("2.3", "a revision in quotes", lambda wix, _clock: patch(wix, contact(wix), ADA, revision="1")),
        400,
        values={RULE: "TYPE"},
        item=2,
    ),
    Row(
        *("2.3", "an update of nothing", lambda wix, _clock: patch(wix, contact(wix), {})),
        *(400, "INSUFFICIENT_UPDATE_CONTACT_DATA"),
    ),
    Row(
        *("2.3", "a list is replaced", lambda wix, _clock: patch(wix, contact(wix), {"phones": {"items": []}})),
        keys={"contact.primaryInfo": {"email"}},
    ),
    Row("2.3", "delete", made(contact, "DELETE", CONTACTS + "/{}"), values={"": {}}, item=11),
    Row("2.3", "get of a deleted one", after_delete(CONTACTS, contact), 404, "CONTACT_NOT_FOUND", item=11),
    Row("2.3", "update of nobody", plain("PATCH", f"{CONTACTS}/none", {"revision": 1}), 404, "CONTACT_NOT_FOUND"),
    Row("2.3", "delete of nobody", plain("DELETE", f"{CONTACTS}/none"), 404, "CONTACT_NOT_FOUND"),
    Row(
        *("2.2", "unknown and read-only fields", plain("POST", CONTACTS, {"info": {**ADA, "shoe": 43}, "id": "mine"})),
        keys=CONTACT,
        item=9,
    ),
    Row(
        *(
            "2.2",
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
        "2.2", "an unknown label", plain("POST", CONTACTS, {"info": {**ADA, "labelKeys": {"items": ["custom.x"]}}}), 400
    ),
    Row("2.1", "a label is put on", labelled, values={"contact.info.labelKeys.items": ["custom.my-label"]}),
    Row("2.1", "a label is found or made", label_twice, values={"label.key": "custom.my-label"}),
    Row(
        *("2.1", "an extended field", plain("POST", "/contacts/v4/extended-fields", {"displayName": "Shoe size"})),
        values={"field.key": "custom.shoe-size"},
    ),
    Row("2.1", "a merged contact", merged, values={"responseType": "MERGED", "contact.revision": 2}),
    Row("2.4", "an unknown filter field", filtered(CONTACTS, filter={"x": 1}), 400, "UNSUPPORTED_FILTER_FIELD_UNKNOWN"),
    Row(
        "2.4", "an operator too many", filtered(CONTACTS, filter={"id": {"$gt": 1}}), 400, "UNSUPPORTED_FILTER_OPERATOR"
    ),
    Row("2.4", "a filter that is none", filtered(CONTACTS, filter="x"), 400, "MALFORMED_FILTER"),
    Row(
        *("2.4", "a value of the wrong kind", filtered(CONTACTS, filter={"id": {"$in": "x"}})),
        *(400, "UNSUPPORTED_FILTER_VALUE_TYPE"),
    ),
    Row(
        *("2.4", "no sorting by the change", filtered(CONTACTS, sort=[{"fieldName": "updatedDate"}])),
        *(400, "UNSUPPORTED_SORT_FIELD"),
    ),
    Row("5", "a member's e-mail", member_s_email, 428, "CANNOT_UPDATE_MEMBER_EMAIL"),
    Row("5", "a member's contact", member_s_contact, 428, "CANNOT_DELETE_MEMBER"),
    Row(
        *("5", "create a member", plain("POST", MEMBERS, {"member": {"loginEmail": "ada@example.test"}})),
        keys={"member": MEMBER_KEYS, "member.profile": {"nickname", "slug"}},
        values={"member.status": "APPROVED"},
    ),
    Row("5", "a member without e-mail", plain("POST", MEMBERS, {"member": {}}), 400),
    Row("5", "a list tells little", made(member, "GET", MEMBERS), keys={"members.0": MEMBER_KEYS - {"loginEmail"}}),
    Row(
        *("5", "a full list tells all", made(member, "GET", MEMBERS, params={"fieldsets": "FULL"})),
        keys={"members.0": MEMBER_KEYS},
    ),
    Row(
        *("5", "change a member", made(member, "PATCH", MEMBERS + "/{}", {"member": {"profile": {"nickname": "A"}}})),
        values={"member.profile.nickname": "A"},
    ),
    Row("5", "delete a member", made(member, "DELETE", MEMBERS + "/{}"), values={"": {}}),
)
