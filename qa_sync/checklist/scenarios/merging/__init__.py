"""Merging: which existing records must be linked, and which look alike and must not.

May import `scenarios.context` and below.
"""
