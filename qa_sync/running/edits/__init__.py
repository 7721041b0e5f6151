"""Edits whose moment matters: on both sides before the sync runs, or while it runs.

May import `running.claims`, `running.records` and below.
"""
