"""`qa-sync.toml` and sign-off files, read into Settings.

Imports `errors` and `location` only.
"""
