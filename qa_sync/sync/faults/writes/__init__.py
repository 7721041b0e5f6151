"""Faults of what a sync writes: which values, which properties, which records.

May import `sync.faults.wrappers` and below.
"""
