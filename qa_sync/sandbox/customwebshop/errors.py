"""The error responses of the webshop."""

from __future__ import annotations

from qa_sync.sandbox.desk import Rejection

NO_ROUTE = {404: "not_found", 405: "method_not_allowed"}


def reject(status: int, code: str, message: str) -> Rejection:
    """Return an error response in the vendor's format."""
    return Rejection(status, {"error": {"code": code, "message": message}})


def bad_json(reason: str) -> Rejection:
    """Return the error response for a body that is not a JSON object."""
    return reject(400, "bad_json", reason)


def no_route(status: int) -> Rejection:
    """Return the error response for an unknown path or method."""
    return reject(status, NO_ROUTE[status], "there is no such path or method")
