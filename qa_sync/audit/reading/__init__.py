"""Reads the records of a side: live, page by page, or from an export.

May import `audit.records`, `audit.formats` and `audit.engines`.
"""
