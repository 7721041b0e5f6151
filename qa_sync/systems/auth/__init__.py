"""OPEN SET: one file for each kind of authentication; the table is in `systems.auth.table`.

May import `systems.responses` and below.
"""
