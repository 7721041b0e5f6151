"""Reads the records of both sides: snapshots, exports, tables.

May import `audit.expressions` and `audit.engines`.
"""
