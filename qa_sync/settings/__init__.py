"""Reads `qa-sync.toml` and sign-off files into frozen values.

May import `errors` and `location`.
"""
