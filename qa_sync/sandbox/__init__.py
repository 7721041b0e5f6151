"""The sandbox: small copies of four vendors' APIs over SQLite, in memory.

May import `systems.http`.
"""
