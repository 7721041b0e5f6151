"""The error responses of the ERP."""

from __future__ import annotations

from qa_sync.sandbox.desk import Rejection

NO_ROUTE = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


def reject(status: int, code: str, message: str) -> Rejection:
    """Return an error response in the vendor's format."""
    return Rejection(status, {"error": {"code": code, "message": message}})


def bad_json(reason: str) -> Rejection:
    """Return the error response for a body that is not a JSON object."""
    return reject(400, "BAD_JSON", reason)


def no_route(status: int) -> Rejection:
    """Return the error response for an unknown path or method."""
    return reject(status, NO_ROUTE[status], "there is no such path or method")
