"""Labels and extended fields of contacts.

Source: docs/explanation/vendors/wix.rst, "Contact operations". Both are found or created by their display
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.shape import Many, Obj, Text
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.wix.contacts.contacts import PATH as CONTACT
from qa_sync.sandbox.wix.contacts.contacts import Contacts
from qa_sync.sandbox.wix.errors import invalid
from qa_sync.sandbox.wix.site import Site, fitted, read_body

PATH = "/contacts/v4"
MOST_KEYS = 100
KEYS = Many(Text(min=1, max=2000), min=1, max=MOST_KEYS)
LABEL = Obj({"displayName": Text(min=1, max=50)})
FIELD = Obj({"displayName": Text(min=1, max=100), "dataType": Text(choices=("TEXT", "NUMBER", "DATE", "URL"))})


class Labels:
    """The endpoints of labels and extended fields."""

    def __init__(self, site: Site, contacts: Contacts) -> None:
        self.site = site
        self.contacts = contacts

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(f"{PATH}/labels", self.labels, methods=["GET"])
        yield Route(f"{PATH}/labels", self.label, methods=["POST"])
        yield Route(f"{PATH}/extended-fields", self.fields, methods=["GET"])
        yield Route(f"{PATH}/extended-fields", self.field, methods=["POST"])
        yield Route(f"{CONTACT}/{{id}}/labels", self.mark, methods=["POST", "DELETE"])

    async def labels(self, _request: Request) -> Response:
        """List the labels."""
        return JsonResponse({"labels": self.site.labels.all()})

    async def fields(self, _request: Request) -> Response:
        """List the extended fields."""
        return JsonResponse({"fields": self.site.fields.all()})

    async def label(self, request: Request) -> Response:
        """Find or create a label."""
        sent = fitted(LABEL, await read_body(request), "")
        return JsonResponse(self._find_or_create(self.site.labels, sent, "label", {"labelType": "USER_DEFINED"}))

    async def field(self, request: Request) -> Response:
        """Find or create an extended field."""
        sent = fitted(FIELD, await read_body(request), "")
        kind = {"dataType": sent.get("dataType") or "TEXT", "fieldType": "USER_DEFINED"}
        return JsonResponse(self._find_or_create(self.site.fields, sent, "field", kind))

    async def mark(self, request: Request) -> Response:
        """Add labels to a contact, or remove them."""
        sent = fitted(KEYS, (await read_body(request)).get("labelKeys"), "labelKeys")
        contact = self.contacts.known(request.path_params["id"])
        held = (contact["info"].get("labelKeys") or {}).get("items", [])
        if request.method == "POST":
            kept = [*held, *(key for key in dict.fromkeys(sent) if key not in held)]
        else:
            kept = [key for key in held if key not in sent]
        self.contacts.check_labels(kept)
        info = contact["info"] | {"labelKeys": {"items": kept}}
        return JsonResponse({"contact": self.contacts.save(contact, info)})

    def _find_or_create(self, table: Table, sent: Doc, what: str, more: Doc) -> Doc:
        name = sent.get("displayName")
        if not name:
            raise invalid("displayName", "REQUIRED_FIELD", "Must have a value")
        key = f"custom.{re.sub(r'[^a-z0-9]+', '-', name.casefold()).strip('-')}"
        existing = table.get(key)
        if existing is not None:
            return {what: existing, f"new{what.title()}": False}
        stamp = self.site.stamp()
        doc = {"key": key, "displayName": name, **more, "createdDate": stamp, "updatedDate": stamp}
        table.save(key, doc, self.site.world.now())
        return {what: doc, f"new{what.title()}": True}
