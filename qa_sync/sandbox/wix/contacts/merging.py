"""Merges contacts: one keeps its id, the ids of the others redirect to it.

Source: docs/explanation/vendors/wix.rst, "Contact operations".
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.shape import Many, Obj, Text, Whole
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.contacts.contact_info import items
from qa_sync.sandbox.wix.contacts.contacts import PATH, Contacts, match_revision
from qa_sync.sandbox.wix.errors import invalid
from qa_sync.sandbox.wix.site import fitted, read_body

BODY = Obj({"targetContactRevision": Whole(), "sourceContactIds": Many(Text(), min=1, max=5)})
LISTS = ("emails", "phones", "addresses", "labelKeys")


class Merging:
    """The endpoint that merges contacts."""

    def __init__(self, contacts: Contacts) -> None:
        self.contacts = contacts

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(f"{PATH}/{{id}}/merge", self.merge, methods=["POST"])

    async def merge(self, request: Request) -> Response:
        """Merge contacts into one: it gets the fields that it lacks, and all addresses and labels."""
        body = fitted(BODY, await read_body(request), "")
        target = self.contacts.known(request.path_params["id"])
        match_revision(body.get("targetContactRevision"), target, "targetContactRevision")
        if not body.get("sourceContactIds"):
            raise invalid("sourceContactIds", "REQUIRED_FIELD", "Must have a value")
        sources = [self.contacts.known(one) for one in dict.fromkeys(body["sourceContactIds"])]
        info = target["info"]
        for source in sources:
            info = _joined(info, source["info"])
        for source in sources:
            self.contacts.replace(source["id"], target["id"])
        return JsonResponse({"contact": self.contacts.save(target, info)})


def _joined(info: Doc, other: Doc) -> Doc:
    lists = {name: {"items": [*items(info, name), *(_second(e) for e in items(other, name))]} for name in LISTS}
    return {**other, **info, **{name: both for name, both in lists.items() if both["items"]}}


def _second(element: Doc | str) -> Doc | str:
    """Return an element that is no longer the primary one."""
    return {**element, "primary": False} if isinstance(element, dict) and "primary" in element else element
