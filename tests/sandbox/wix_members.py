"""Members, and what having one does to a contact. Source: docs/explanation/vendors/wix.rst, "Members"."""

from __future__ import annotations

from wix_rows import MEMBERS, Row, made, member, member_s_contact, member_s_email, plain

MEMBER_KEYS = {
    *("id", "loginEmail", "status", "contactId", "profile", "privacyStatus", "activityStatus"),
    *("createdDate", "updatedDate"),
}

MEMBER_ROWS = (
    Row("Members", "a member's e-mail", member_s_email, 428, "CANNOT_UPDATE_MEMBER_EMAIL"),
    Row("Members", "a member's contact", member_s_contact, 428, "CANNOT_DELETE_MEMBER"),
    Row(
        *("Members", "create a member", plain("POST", MEMBERS, {"member": {"loginEmail": "ada@example.test"}})),
        keys={"member": MEMBER_KEYS, "member.profile": {"nickname", "slug"}},
        values={"member.status": "APPROVED"},
    ),
    Row("Members", "a member without e-mail", plain("POST", MEMBERS, {"member": {}}), 400),
    Row(
        "Members", "a list tells little", made(member, "GET", MEMBERS), keys={"members.0": MEMBER_KEYS - {"loginEmail"}}
    ),
    Row(
        *("Members", "a full list tells all", made(member, "GET", MEMBERS, params={"fieldsets": "FULL"})),
        keys={"members.0": MEMBER_KEYS},
    ),
    Row(
        *(
            "Members",
            "change a member",
            made(member, "PATCH", MEMBERS + "/{}", {"member": {"profile": {"nickname": "A"}}}),
        ),
        values={"member.profile.nickname": "A"},
    ),
    Row("Members", "delete a member", made(member, "DELETE", MEMBERS + "/{}"), values={"": {}}),
)
