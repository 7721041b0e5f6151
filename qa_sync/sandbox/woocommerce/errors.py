"""Error responses of WooCommerce (docs/explanation/vendors/woocommerce.rst, "Errors" and "Deleting as measured")."""

from __future__ import annotations

from typing import Any

from qa_sync.sandbox.desk import Rejection

CRASH = "There has been a critical error on this website."


class Crash(Rejection):
    """A fatal PHP error: nothing catches it, not even a batch."""


def refuse(status: int, code: str, message: str, **data: Any) -> Rejection:
    """Return an error; `data` is added next to the status."""
    return Rejection(status, {"code": code, "message": message, "data": {"status": status, **data}})


def crash() -> Crash:
    """Return the response after a fatal PHP error."""
    return Crash(500, {"code": "internal_server_error", "message": CRASH, "data": {"status": 500}})


def bad_json(_why: str) -> Rejection:
    """Return the error response for a body that is not JSON."""
    data = {"json_error_code": 4, "json_error_message": "Syntax error"}
    return refuse(400, "rest_invalid_json", "Invalid JSON body passed.", **data)


def no_route(_status: int) -> Rejection:
    """Return the error response for an unknown path or method, the same for both."""
    return refuse(404, "rest_no_route", "No route was found matching the URL and request method.")
