"""A spec in reStructuredText, read into a Dataflow, with lint findings.

May import `errors` and `location`.
"""
