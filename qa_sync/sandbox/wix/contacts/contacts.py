"""Contacts v4 (docs/explanation/vendors/wix.rst, "Contacts v4")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix import query
from qa_sync.sandbox.wix.contacts.contact_info import INFO, items, primary_info, settled
from qa_sync.sandbox.wix.contacts.contact_search import find_contacts, requested_part
from qa_sync.sandbox.wix.errors import invalid, reject
from qa_sync.sandbox.wix.site import Site, fitted, pruned, read_body

PATH = "/contacts/v4/contacts"
MAX_PAGE = 1000
PURCHASES = "ecom."
"""The extended fields that count a contact's purchases begin with this; only orders change them."""
LIST_LAG = 0.5
"""A list is late, too, but less so than a query.

Source: docs/explanation/vendors/wix.rst, "Consistency"; no numbers are published.
"""


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of a contact: e-mail addresses and phone numbers, ignoring case and spaces."""
    # An element with a cleared address or number has no key.
    keys = [("email", item["email"].casefold()) for item in items(doc["info"], "emails") if item.get("email")]
    phones = ["".join(item["phone"].split()) for item in items(doc["info"], "phones") if item.get("phone")]
    return keys + [("phone", phone) for phone in phones]


class Contacts:
    """The endpoints of contacts."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.table = site.contacts

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(PATH, self.browse, methods=["GET"])
        yield Route(PATH, self.create, methods=["POST"])
        yield Route(f"{PATH}/query", self.query, methods=["POST"])
        yield Route(f"{PATH}/{{id}}", self.get, methods=["GET"])
        yield Route(f"{PATH}/{{id}}", self.update, methods=["PATCH"])
        yield Route(f"{PATH}/{{id}}", self.delete, methods=["DELETE"])

    async def browse(self, request: Request) -> Response:
        """List contacts by query parameters."""
        given = request.query_params
        criteria: Doc = {
            "paging": {n: given[f"paging.{n}"] for n in ("limit", "offset") if f"paging.{n}" in given},
            "fieldsets": [s for text in given.getlist("fieldsets") for s in text.split(",")],
            "fields": [f for text in given.getlist("fields") for f in text.split(",")],
        }
        if "sort.fieldName" in given:
            criteria["sort"] = [{"fieldName": given["sort.fieldName"], "order": given.get("sort.order", "ASC")}]
        return self._page(criteria, None, self.table.delayed(LIST_LAG))

    async def query(self, request: Request) -> Response:
        """List contacts by a query."""
        body = await read_body(request)
        criteria = body.get("query") or {}
        if not isinstance(criteria, dict):
            raise invalid("query", "TYPE", "Expected an object")
        return self._page(criteria, body.get("search"), self.table.delayed())

    def _page(self, criteria: Doc, search: Any, docs: list[Doc]) -> Response:
        limit, offset = query.paging(criteria.get("paging"), 50, MAX_PAGE)
        matches = find_contacts(criteria, search, docs)
        page = [requested_part(doc, criteria) for doc in matches[offset : offset + limit]]
        metadata = {"count": len(page), "offset": offset, "total": len(matches), "tooManyToCount": False}
        return JsonResponse({"contacts": page, "pagingMetadata": metadata})

    async def get(self, request: Request) -> Response:
        """Return one contact."""
        given = request.query_params
        criteria = {
            name: [part for text in given.getlist(name) for part in text.split(",")] for name in ("fields", "fieldsets")
        }
        asked_id = request.path_params["id"]
        merged = self.site.merged.get(asked_id)
        contact = self.known(merged["id"] if merged else asked_id)
        return JsonResponse(
            {"contact": requested_part(contact, criteria), "responseType": "MERGED" if merged else "REGULAR"}
        )

    async def create(self, request: Request) -> Response:
        """Add a contact."""
        body = await read_body(request)
        info = pruned(fitted(INFO, body.get("info", {}), "info"))
        _enough(info, "INSUFFICIENT_CONTACT_DATA")
        if body.get("allowDuplicates") is not True:
            self._reject_duplicate(info, None)
        return JsonResponse({"contact": self.add(info)})

    def add(self, info: Doc, source: str = "WIX_APP") -> Doc:
        """Save a new contact, and return it as in the response."""
        stamp = self.site.stamp()
        doc = {
            "id": self.site.world.guid(),
            "revision": 0,
            "source": {"sourceType": source},
            "createdDate": stamp,
            "lastActivity": {"activityDate": stamp, "activityType": "CONTACT_CREATED"},
        }
        return self.save(doc, info)

    async def update(self, request: Request) -> Response:
        """Update a contact: a sent property of `info` replaces the stored one."""
        body = await read_body(request)
        doc = self.known(request.path_params["id"])
        match_revision(body.get("revision"), doc)
        if not body.get("info"):
            raise reject(400, "INSUFFICIENT_UPDATE_CONTACT_DATA", "Nothing to update was sent.")
        changes = fitted(INFO, body["info"], "info")
        info = pruned(doc["info"] | changes)
        _enough(info, "INSUFFICIENT_CONTACT_DATA")
        if "emails" in changes and body.get("allowDuplicates") is not True:
            self._reject_duplicate(info, doc["id"])
        self._reject_login_change(doc, info)
        return JsonResponse({"contact": self.save(doc, info)})

    async def delete(self, request: Request) -> Response:
        """Delete a contact, unless it is a member of the site."""
        doc = self.known(request.path_params["id"])
        if self.site.members.find("contact", doc["id"]):
            raise reject(428, "CANNOT_DELETE_MEMBER", "A site member's contact cannot be deleted.")
        self.table.remove(doc["id"])
        return JsonResponse({})

    def replace(self, source: str, target: str) -> None:
        """Remove a merged contact, and map its id to another one."""
        self.table.remove(source)
        self.site.merged.save(source, {"id": target}, self.site.world.now())

    def known(self, id: str) -> Doc:
        """Return the contact with an id; raises the vendor's 404."""
        doc = self.table.get(id)
        if doc is None:
            raise reject(404, "CONTACT_NOT_FOUND", "Contact not found.")
        return doc

    def check_labels(self, keys: Iterable[str]) -> None:
        """Raise the vendor's 400 for an unknown label."""
        for key in keys:
            if self.site.labels.get(key) is None:
                raise invalid("info.labelKeys.items", "INVALID", f"Expected the key of a label, got {key}")

    def save(self, doc: Doc, info: Doc) -> Doc:
        """Save a contact with new info, and return it as in the response; its revision increases."""
        self.check_labels((info.get("labelKeys") or {}).get("items") or ())
        info = settled(info, self.site.world.guid)
        own = (doc.get("info", {}).get("extendedFields") or {}).get("items", {})
        info["extendedFields"]["items"] |= {name: value for name, value in own.items() if name.startswith(PURCHASES)}
        doc |= {"revision": doc["revision"] + 1, "updatedDate": self.site.stamp()}
        doc |= {"primaryInfo": primary_info(info), "info": pruned(info)}
        self.table.save(doc["id"], doc, self.site.world.now())
        return pruned(doc)  # type: ignore[no-any-return]

    def _reject_login_change(self, doc: Doc, info: Doc) -> None:
        """Reject another primary e-mail address for a member, who logs in by it."""
        new = primary_info(settled(info, lambda: "")).get("email")
        if new != doc["primaryInfo"].get("email") and self.site.members.find("contact", doc["id"]):
            raise reject(428, "CANNOT_UPDATE_MEMBER_EMAIL", "A site member's primary e-mail cannot be changed here.")

    def _reject_duplicate(self, info: Doc, id: str | None) -> None:
        """Reject an e-mail address of another contact; without an address, a phone number.

        Source: docs/explanation/vendors/wix.rst, "Contact writes".
        """
        known = keys({"info": info})
        kind = "email" if any(name == "email" for name, _ in known) else "phone"
        for name, value in known:
            for twin in self.table.find(name, value) if name == kind else ():
                if twin["id"] != id:
                    data = {"duplicateContactId": twin["id"], f"duplicate{kind.title()}": value}
                    raise reject(409, "DUPLICATE_CONTACT_EXISTS", f"A contact with this {kind} exists.", data)


def match_revision(revision: Any, doc: Doc, name: str = "revision") -> None:
    """Raise the vendor's 400 for an invalid revision, its 409 for an outdated one."""
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise invalid(name, "REQUIRED_FIELD" if revision is None else "TYPE", "Expected an integer")
    if revision != doc["revision"]:
        message = "Contact has been updated since the requested revision."
        raise reject(409, "CONTACT_ALREADY_CHANGED", message)


def _enough(info: Doc, code: str) -> None:
    if not any(info.get(name) for name in ("name", "emails", "phones")):
        raise reject(400, code, "At least one of name, phone and email is required.")
