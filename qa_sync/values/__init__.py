"""Values: the form of a system, the canonical form, comparison and paths.

Pure functions; no clock, no network. Imports `errors` only.
"""
