"""Parses a spec in reStructuredText into a Dataflow with lint findings.

May import `errors` and `location`.
"""
