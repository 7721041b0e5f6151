"""The records of one side: snapshots, exports, tables.

May import `audit.expressions` and `audit.engines`.
"""
