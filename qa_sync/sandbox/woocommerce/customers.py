"""Customers.

Source: docs/explanation/vendors/woocommerce.rst, "Customers", "Uniqueness as measured" and "Meta data as measured".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import QueryParams

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.args import Arg, is_email
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.shop import META_ARG, Shop
from qa_sync.sandbox.woocommerce.text import entities, plain, unslashed

PARTS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "country", "state")
BILLING = (*PARTS, "email", "phone")
SHIPPING = (*PARTS, "phone")
BILLING_ARG = Arg("object", fields={**dict.fromkeys(PARTS, Arg()), "email": Arg("email"), "phone": Arg()})
SHIPPING_ARG = Arg("object", fields=dict.fromkeys(SHIPPING, Arg()))
LOGIN_MAX = 60
ROLES = ("administrator", "editor", "author", "contributor", "subscriber", "customer", "shop_manager")
DELETABLE = ("customer", "subscriber")


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of a customer."""
    return [("email", doc["email"].casefold()), ("username", doc["username"].casefold())]


class Customers:
    """The resource `customers`."""

    path = "customers"
    default_sort = ("name", "asc")
    args: Mapping[str, Arg] = {
        "email": Arg(),
        "first_name": Arg(),
        "last_name": Arg(),
        "username": Arg(),
        "password": Arg(),
        "billing": BILLING_ARG,
        "shipping": SHIPPING_ARG,
        "meta_data": META_ARG,
    }
    list_args: Mapping[str, Arg] = {
        "orderby": Arg(choices=("id", "include", "name", "registered_date")),
        "email": Arg("email"),
        "role": Arg(choices=("all", *ROLES)),
    }

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.table = shop.customers

    def create(self, body: Doc) -> Doc:
        """Add a customer."""
        email = body.get("email")
        if email is None:
            raise refuse(400, "rest_missing_callback_param", "Missing parameter(s): email", params=["email"])
        if not is_email(email):
            raise refuse(400, "customer_invalid_email", "Invalid email address")
        if self.table.find("email", email.casefold()):
            message = f"An account is already registered with {email}. Please log in or use a different email address."
            raise refuse(400, "registration-error-email-exists", message)
        doc: Doc = {"email": email, "username": self._username(body.get("username"), email), "role": "customer"}
        doc |= {"first_name": "", "last_name": "", "is_paying_customer": False, "meta_data": []}
        doc |= {"billing": dict.fromkeys(BILLING, ""), "shipping": dict.fromkeys(SHIPPING, "")}
        doc |= {"id": self.shop.world.store.next("user", 2), "date_created": self.shop.stamp()}
        nag = [] if "username" in body else [{"key": "default_password_nag", "value": "1"}]
        doc["meta_data"] = self.shop.with_new_meta([*nag, *_public(body)])
        for name in ("first_name", "last_name"):
            doc[name] = entities(plain(unslashed(body.get(name) or "")))
        return self._save(doc, body)

    def add_staff(self, role: str, email: str, id: int | None = None) -> Doc:
        """Add a user who is no customer."""
        doc: Doc = {
            "email": email,
            "username": email.partition("@")[0],
            "role": role,
            "first_name": "",
            "last_name": "",
        }
        doc |= {"is_paying_customer": False, "meta_data": [], "date_created": self.shop.stamp(), "date_modified": None}
        doc |= {"billing": dict.fromkeys(BILLING, ""), "shipping": dict.fromkeys(SHIPPING, "")}
        doc["id"] = id or self.shop.world.store.next("user", 2)
        self.table.save(doc["id"], doc, self.shop.world.now())
        return doc

    def update(self, doc: Doc, body: Doc) -> Doc:
        """Update a customer."""
        email = body.get("email")
        if email is not None and email != doc["email"]:
            twins = [twin for twin in self.table.find("email", email.casefold()) if twin["id"] != doc["id"]]
            if twins or not is_email(email):
                raise refuse(400, "woocommerce_rest_customer_invalid_email", "Email address is invalid.")
            doc["email"] = email
        if body.get("username") not in (None, doc["username"]):
            raise refuse(400, "woocommerce_rest_customer_invalid_argument", "Username isn't editable.")
        for name in ("first_name", "last_name"):
            if name in body:  # measured: tags go, but unlike on a create an ampersand stays as it is
                doc[name] = plain(unslashed(body[name] or ""))
        doc["meta_data"] = self.shop.with_meta(doc["meta_data"], _public(body))
        return self._save(doc, body)

    def _save(self, doc: Doc, body: Doc) -> Doc:
        for name, parts in (("billing", BILLING), ("shipping", SHIPPING)):
            given = body.get(name) or {}
            doc[name] |= {part: unslashed(value) for part, value in given.items() if part in parts}
        doc["date_modified"] = self.shop.stamp()
        self.table.save(doc["id"], doc, self.shop.world.now())
        return doc

    def _username(self, wanted: str | None, email: str) -> str:
        name = plain(wanted or re.sub(r"[^a-z0-9_.\-]", "", email.partition("@")[0].lower()))
        if len(name) > LOGIN_MAX:
            raise refuse(400, "user_login_too_long", "Username may not be longer than 60 characters.")
        if not self.table.find("username", name.casefold()):
            return name
        if wanted:
            message = "An account is already registered with that username. Please choose another."
            raise refuse(400, "registration-error-username-exists", message)
        number = 2
        while self.table.find("username", f"{name}{number}".casefold()):
            number += 1
        return f"{name}{number}"

    def delete(self, doc: Doc, *, force: bool) -> None:
        """Delete a customer; the orders stay, without a customer."""
        if not force:
            raise refuse(501, "woocommerce_rest_trash_not_supported", "Customers do not support trashing.")
        if doc["role"] not in DELETABLE:
            message = f"Sorry, users with {doc['role']} role cannot be deleted via this endpoint. Allowed roles: "
            raise refuse(403, "woocommerce_rest_cannot_delete", message + ", ".join(DELETABLE))
        self.table.remove(doc["id"])
        for order in self.shop.orders.find("customer", str(doc["id"])):
            self.shop.orders.save(order["id"], order | {"customer_id": 0}, self.shop.world.now())

    def shown(self, doc: Doc, *, view: bool, decimals: int) -> Doc:  # noqa: ARG002 - the same for reads and writes
        """Return a customer as returned by the API."""
        face = hashlib.sha256(doc["email"].strip().lower().encode()).hexdigest()
        shown = {"id": doc["id"]} | self.shop.two_dates("date_created", doc["date_created"])
        shown |= self.shop.two_dates("date_modified", doc["date_modified"])
        shown |= {name: doc[name] for name in ("email", "first_name", "last_name", "role", "username")}
        shown |= {name: doc[name] for name in ("billing", "shipping", "is_paying_customer")}
        shown["avatar_url"] = f"https://secure.gravatar.com/avatar/{face}?s=96&d=mm&r=g"
        return shown | {"meta_data": doc["meta_data"]}

    def links(self, doc: Doc, root: str) -> Doc:  # noqa: ARG002 - a customer has none
        """Return no additional links."""
        return {}

    def select(self, args: Doc, given: QueryParams) -> list[Doc]:  # noqa: ARG002 - all is in the arguments
        """Return the customers of a list; there is no filter by date."""
        docs = self.table.find("email", args["email"].casefold()) if "email" in args else self.table.all()
        role, search = args.get("role", "customer"), args.get("search", "").casefold()
        docs = [doc for doc in docs if role in (doc["role"], "all")]
        return [doc for doc in docs if search in f"{doc['email']} {doc['username']}".casefold()]

    def sort_key(self, doc: Doc, orderby: str) -> Any:
        """Return the sort keys of a customer."""
        name = f"{doc['first_name']} {doc['last_name']}".strip() or doc["username"]
        return {"name": name.casefold(), "registered_date": doc["date_created"]}.get(orderby, doc["id"])

    def missing(self, method: str) -> Rejection:  # noqa: ARG002 - the same for all methods
        """Return the error response for an unknown customer."""
        return refuse(404, "wc_user_invalid_id", "Invalid user ID.")

    def exists(self) -> Rejection:
        """Return the error response for a POST with an id."""
        return refuse(400, "woocommerce_rest_customer_exists", "Cannot create existing resource.")


def note_payment(shop: Shop, id: int) -> None:
    """Remember that a customer has paid an order once, which counts as a change of the customer."""
    doc = shop.customers.get(id) if id else None
    if doc and not doc["is_paying_customer"]:
        changed = doc | {"is_paying_customer": True, "date_modified": shop.stamp()}
        shop.customers.save(id, changed, shop.world.now())


def _public(body: Doc) -> list[Doc]:
    """Return the posted metadata; entries whose key begins with `_` are dropped."""
    return [entry for entry in body.get("meta_data") or [] if not str(entry.get("key", "")).startswith("_")]
