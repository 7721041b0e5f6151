"""Faults that alter values on their way.

May import `sync.faults.fault` and what `sync.faults` may.
"""
