"""Matches and compares records, and confirms differences.

May import `audit.records` and `audit.expressions`.
"""
