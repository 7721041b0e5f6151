"""Keeps the records that were read: snapshots in parts of Parquet, their ids, members and links.

May import `audit.expressions` and `audit.engines`.
"""
