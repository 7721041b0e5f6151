"""How the ERP says no."""

from __future__ import annotations

from qa_sync.sandbox.desk import Refusal

NO_ROUTE = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def refuse(status: int, code: str, message: str) -> Refusal:
    """Return the refusal in this vendor's words."""
    return Refusal(status, {"error": {"code": code, "message": message}})


def bad_json(why: str) -> Refusal:
    """Return the refusal of a body that is no JSON object."""
    return refuse(400, "BAD_JSON", why)


def no_route(status: int) -> Refusal:
    """Return the refusal of a path or method that is not there."""
    return refuse(status, NO_ROUTE[status], "there is no such path or method")
