"""OPEN SET: one file for each command; the table is in `cli.main`.

May import `cli.options` and what the command needs.
"""
