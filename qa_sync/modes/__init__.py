"""OPEN SET: the run modes of `check` (replay, sandbox, live, record), and the setup of `audit` and `sync`.

The table is in `modes.table`. May import every folder but `reports` and `cli`.
"""
