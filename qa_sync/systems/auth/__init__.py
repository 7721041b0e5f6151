"""OPEN SET: one file for each authentication method; the table is in `systems.auth.table`.

May import `systems.responses` and below.
"""
