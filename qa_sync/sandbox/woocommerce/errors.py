"""Error responses of WooCommerce (docs/explanation/vendors/woocommerce.rst, "Errors" and "Deleting as measured")."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from qa_sync.sandbox.desk import Rejection

MAINTENANCE = "Briefly unavailable for scheduled maintenance. Check back in a minute."
CRASH = "There has been a critical error on this website."


class Crash(Rejection):
    """A fatal PHP error: nothing catches it, not even a batch."""


def refuse(status: int, code: str, message: str, **data: Any) -> Rejection:
    """Return an error; `data` is added next to the status."""
    return Rejection(status, {"code": code, "message": message, "data": {"status": status, **data}})


def with_data(body: Any, **data: Any) -> Any:
    """Return the body of an error with more in its `data`."""
    return body | {"data": body["data"] | data}


def crash() -> Crash:
    """Return the response after a fatal PHP error."""
    return Crash(500, {"code": "internal_server_error", "message": CRASH, "data": {"status": 500}})


class Page(Rejection):
    """An error response in HTML; the body is its text."""

    def response(self) -> Response:
        """Return the HTTP response."""
        return HTMLResponse(f'<div class="wp-die-message">{self.body}</div>', self.status, self.headers)


def maintenance(request: Request) -> Rejection:
    """Return the response while WordPress updates itself: HTML, unless the request sends or accepts JSON (measured)."""
    wait = {"Retry-After": "600"}
    asked = request.headers.get("accept", ""), request.headers.get("content-type", "")
    if not any("json" in header for header in asked):
        return Page(503, MAINTENANCE, wait)
    body = {"code": "wp_die", "message": MAINTENANCE, "data": {"status": 503}, "additional_errors": []}
    return Rejection(503, body, wait)


def bad_json(_why: str) -> Rejection:
    """Return the error response for a body that is not JSON."""
    data = {"json_error_code": 4, "json_error_message": "Syntax error"}
    return refuse(400, "rest_invalid_json", "Invalid JSON body passed.", **data)


def no_route(_status: int) -> Rejection:
    """Return the error response for an unknown path or method, the same for both."""
    return refuse(404, "rest_no_route", "No route was found matching the URL and request method.")
