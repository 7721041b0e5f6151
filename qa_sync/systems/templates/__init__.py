"""Expressions in connector files: `$ENV(x)` and `$SECRET(x)`, Jinja templates, filters, JWT.

`jinja` is the only module that imports Jinja, `jwt` the only one that imports PyJWT.
May import `systems.redaction` and `values`.
"""
