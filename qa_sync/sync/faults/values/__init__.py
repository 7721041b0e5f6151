"""Faults that alter values.

May import `sync.faults.fault` and everything that `sync.faults` may.
"""
