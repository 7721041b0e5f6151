"""Values: forms of properties, canonical values, comparison and paths.

Pure functions; no clock, no network. May import `errors`.
"""
