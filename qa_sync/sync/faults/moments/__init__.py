"""Faults that show only when an edit is made at a certain moment.

May import `sync.faults.wrappers` and below.
"""
