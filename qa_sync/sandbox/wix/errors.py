"""The error responses of Wix (docs/explanation/vendors/wix.rst, "Errors")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.shape import ShapeError


def reject(status: int, code: str, message: str, data: Mapping[str, Any] | None = None) -> Rejection:
    """Return an application error."""
    error = {"code": code, "description": message, "data": dict(data or {})}
    return Rejection(status, {"message": message, "details": {"applicationError": error}})


def invalid(field: str, rule: str, expected: str) -> Rejection:
    """Return a validation error of one field."""
    violation = {"field": field, "description": expected, "violatedRule": rule, "ruleName": rule, "data": {}}
    message = f"{field}: {expected}" if field else expected
    return Rejection(400, {"message": message, "details": {"validationError": {"fieldViolations": [violation]}}})


def misfit(problem: ShapeError) -> Rejection:
    """Return the validation error for a value of a wrong shape."""
    return invalid(problem.path, problem.rule, f"Expected {problem.expected}")


def too_many() -> Rejection:
    """Return the error response above the rate limit; no `Retry-After` is documented.

    Source: docs/explanation/vendors/wix.rst, "Rate limit".
    """
    return reject(429, "RESOURCE_EXHAUSTED", "Too many requests.")


def bad_json(reason: str) -> Rejection:
    """Return the error response for a body that is not JSON."""
    return Rejection(400, {"message": f"Malformed JSON: {reason}", "details": {}})


def no_route(_status: int) -> Rejection:
    """Return the error response for an unknown path or method, the same for both."""
    return Rejection(404, {"message": "Not Found", "details": {}})
