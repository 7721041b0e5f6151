"""What holds for all of Wix (docs/explanation/vendors/wix.rst, "Common rules")."""

from __future__ import annotations

from wix_rows import (
    CONTACT,
    CONTACTS,
    ERROR,
    LAGGING,
    LIMITED,
    PRODUCTS,
    VIOLATION,
    Row,
    contact,
    later,
    looked_up_at_once,
    made,
    plain,
    product,
    queried,
    renamed,
    times,
)

from qa_sync.sandbox.wix.app import API_KEY

NO_SITE = {"headers": {"Authorization": API_KEY}}
OTHER_SITE = {"headers": {"Authorization": API_KEY, "wix-site-id": "5a4db0c5-0000-4000-8000-00000000ffff"}}

COMMON = (
    Row("Common rules", "no credentials", plain("GET", CONTACTS, known={}), 401, keys=ERROR, item=1),
    Row("Common rules", "no site", plain("GET", CONTACTS, known=NO_SITE), 403, item=1),
    Row("Common rules", "another site", plain("GET", CONTACTS, known=OTHER_SITE), 403, item=1),
    Row("Common rules", "a field of the wrong type", plain("POST", CONTACTS, {"info": []}), 400, keys=VIOLATION),
    Row(
        "Common rules",
        "a body of the wrong type",
        plain("POST", CONTACTS, []),
        400,
        values={"message": "Expected an object"},
    ),
    Row("Common rules", "empty fields are left out", made(contact, "GET", CONTACTS + "/{}"), keys=CONTACT),
    Row("Common rules", "no such path", plain("GET", "/nowhere/v1"), 404),
    Row("Common rules", "below the rate", times(2), load=LIMITED, item=12),
    Row("Common rules", "above the rate", times(3), 429, "RESOURCE_EXHAUSTED", keys=ERROR, load=LIMITED, item=12),
    Row("Common rules", "a minute later", times(3, 60), load=LIMITED, item=12),
    Row(
        "Common rules",
        "a query is late",
        later(contact, 1.9, queried(CONTACTS)),
        values={"contacts": []},
        load=LAGGING,
        item=6,
    ),
    Row(
        *("Common rules", "a query has it after the lag", later(contact, 2, queried(CONTACTS))),
        values={"pagingMetadata.total": 1},
        load=LAGGING,
        item=6,
    ),
    Row(
        *("Common rules", "a list is late, but less so", later(contact, 1, lambda wix: wix("GET", CONTACTS))),
        values={"pagingMetadata.total": 1},
        load=LAGGING,
        item=6,
    ),
    Row(
        "Common rules",
        "a change is late in a query",
        later(renamed, 1, queried(CONTACTS)),
        values={"contacts": []},
        load=LAGGING,
    ),
    Row(
        *("Common rules", "an id is never late", looked_up_at_once),
        values={"contact.info.company": "New AS"},
        load=LAGGING,
        item=6,
    ),
    Row(
        *("Common rules", "a late query of the stores", later(product, 1, queried(PRODUCTS))),
        values={"totalResults": 0},
        load=LAGGING,
        item=6,
    ),
)
