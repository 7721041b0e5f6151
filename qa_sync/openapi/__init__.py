"""Drafts a connector folder from an OpenAPI document: `reading` the document, `deducing` the connector, writing it.

Nothing is fetched. Every deduction that is not certain is marked as a guess, with its reason. May import `systems`,
`values`, `dataflow`, `files` and `errors`. Source of the rules: docs/explanation/openapi.rst.
"""
