"""Members v1: the accounts of the site; each has a contact (docs/explanation/vendors/wix.rst, "Members")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.shape import Many, MapOf, Obj, Text
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix import query
from qa_sync.sandbox.wix.contacts.contacts import Contacts
from qa_sync.sandbox.wix.errors import invalid, reject
from qa_sync.sandbox.wix.product_shape import slug_of
from qa_sync.sandbox.wix.site import Site, fitted, pruned, read_body

PATH = "/members/v1/members"
MAX_PAGE = 100
SAME = ("$eq", "$ne", "$in", "$exists", "$startsWith")
FIELDS = query.Fields(
    filters={
        **dict.fromkeys(("id", "loginEmail", "profile.nickname", "profile.slug", "status", "privacyStatus"), SAME),
        **dict.fromkeys(("contact.firstName", "contact.lastName"), SAME),
        "createdDate": ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte"),
    },
    sorts=("createdDate", "loginEmail", "profile.nickname"),
)
WORD = Text(max=1000)
ADDRESS = Obj(dict.fromkeys(("addressLine", "city", "subdivision", "country", "postalCode"), WORD))
MEMBER = Obj(
    {
        "loginEmail": Text(max=320, pattern=r"[^@\s]+@[^@\s]+"),
        "contact": Obj(
            {
                **dict.fromkeys(("firstName", "lastName", "company", "jobTitle", "birthdate"), WORD),
                "phones": Many(WORD),
                "emails": Many(WORD),
                "addresses": Many(ADDRESS),
                "customFields": MapOf(),
            }
        ),
        "profile": Obj({"nickname": WORD}),
    }
)
PRIVATE = ("loginEmail", "contact")
"""What the fieldset PUBLIC leaves out; it does not tell the real status either."""


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of a member."""
    return [("email", doc["loginEmail"].casefold()), ("contact", doc["contactId"])]


class Members:
    """The endpoints of members."""

    def __init__(self, site: Site, contacts: Contacts) -> None:
        self.site = site
        self.contacts = contacts
        self.table = site.members

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(PATH, self.browse, methods=["GET"])
        yield Route(PATH, self.create, methods=["POST"])
        yield Route(f"{PATH}/query", self.query, methods=["POST"])
        yield Route(f"{PATH}/{{id}}", self.get, methods=["GET"])
        yield Route(f"{PATH}/{{id}}", self.update, methods=["PATCH"])
        yield Route(f"{PATH}/{{id}}", self.delete, methods=["DELETE"])

    async def browse(self, request: Request) -> Response:
        """List members by query parameters."""
        given = request.query_params
        criteria = {"paging": {n: given[f"paging.{n}"] for n in ("limit", "offset") if f"paging.{n}" in given}}
        return self._page(criteria, _sets(request), self.table.delayed(0.5))

    async def query(self, request: Request) -> Response:
        """List members by a query."""
        body = await read_body(request)
        criteria = body.get("query") or {}
        if not isinstance(criteria, dict):
            raise invalid("query", "TYPE", "Expected an object")
        return self._page(criteria, body.get("fieldsets") or criteria.get("fieldsets") or (), self.table.delayed())

    def _page(self, criteria: Doc, sets: Iterable[str], docs: list[Doc]) -> Response:
        limit, offset = query.paging(criteria.get("paging"), MAX_PAGE, MAX_PAGE)
        condition = criteria.get("filter") or {}
        query.matches({}, condition, FIELDS)  # a bad filter is an error even without documents
        matches = [doc for doc in docs if query.matches(doc, condition, FIELDS)]
        for field, order in query.sort_pairs(criteria.get("sort")):
            matches = query.in_order(matches, field, order, FIELDS)
        page = [_shown(doc, sets) for doc in matches[offset : offset + limit]]
        return JsonResponse(
            {"members": page, "metadata": {"count": len(page), "offset": offset, "total": len(matches)}}
        )

    async def get(self, request: Request) -> Response:
        """Return one member."""
        return JsonResponse({"member": _shown(self._known(request), _sets(request))})

    async def create(self, request: Request) -> Response:
        """Add a member, and a contact unless one has the address."""
        member = pruned(fitted(MEMBER, (await read_body(request)).get("member"), "member"))
        email = member.get("loginEmail")
        if not email:
            raise invalid("member.loginEmail", "REQUIRED_FIELD", "Must have a value")
        if self.table.find("email", email.casefold()):
            raise reject(409, "MEMBER_ALREADY_EXISTS", "A member with this e-mail address exists.")
        doc: Doc = {"id": self.site.world.guid(), "status": "APPROVED", "createdDate": self.site.stamp()}
        doc |= {"privacyStatus": "PRIVATE", "activityStatus": "ACTIVE"} | member
        doc["contactId"] = self._contact_id(member)
        nickname = (member.get("profile") or {}).get("nickname") or email.partition("@")[0]
        doc["profile"] = {"nickname": nickname, "slug": slug_of(nickname)}
        return self._saved(doc)

    async def update(self, request: Request) -> Response:
        """Update the sent fields; members have no revision."""
        changes = fitted(MEMBER, (await read_body(request)).get("member"), "member")
        doc = self._known(request)
        changes.pop("loginEmail", None)
        for name, value in changes.items():
            doc[name] = pruned({**doc.get(name, {}), **(value or {})})
        return self._saved(doc)

    async def delete(self, request: Request) -> Response:
        """Remove a member; its contact stays."""
        self.table.remove(self._known(request)["id"])
        return JsonResponse({})

    def _contact_id(self, member: Doc) -> str:
        email = member["loginEmail"]
        for known in self.site.contacts.find("email", email.casefold()):
            return str(known["id"])
        given = member.get("contact") or {}
        info: Doc = {"emails": {"items": [{"email": email, "primary": True}]}}
        info |= {"name": pruned({"first": given.get("firstName"), "last": given.get("lastName")})}
        info |= {"phones": {"items": [{"phone": phone} for phone in given.get("phones") or ()]}}
        return str(self.contacts.add(pruned(info), "WIX_SITE_MEMBERS")["id"])

    def _known(self, request: Request) -> Doc:
        doc = self.table.get(request.path_params["id"])
        if doc is None:
            raise reject(404, "MEMBER_NOT_FOUND", "Member not found.")
        return doc

    def _saved(self, doc: Doc) -> Response:
        doc["updatedDate"] = self.site.stamp()
        self.table.save(doc["id"], doc, self.site.world.now())
        return JsonResponse({"member": doc})


def _sets(request: Request) -> list[str]:
    return [one for text in request.query_params.getlist("fieldsets") for one in text.split(",")]


def _shown(doc: Doc, sets: Any) -> Doc:
    if "FULL" in sets:
        return doc
    return {name: value for name, value in doc.items() if name not in PRIVATE} | {"status": "UNKNOWN"}
