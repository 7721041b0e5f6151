"""OPEN SET: triggers start the sync under test; the table is in `modes.triggers.table`.

May import `modes.embedded` and `modes.live_systems`.
"""
