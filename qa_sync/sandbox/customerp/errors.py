"""How the ERP says no."""

from __future__ import annotations

from qa_sync.sandbox.desk import Rejection

NO_ROUTE = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def reject(status: int, code: str, message: str) -> Rejection:
    """Return the refusal in this vendor's words."""
    return Rejection(status, {"error": {"code": code, "message": message}})


def bad_json(why: str) -> Rejection:
    """Return the refusal of a body that is no JSON object."""
    return reject(400, "BAD_JSON", why)


def no_route(status: int) -> Rejection:
    """Return the refusal of a path or method that is not there."""
    return reject(status, NO_ROUTE[status], "there is no such path or method")
