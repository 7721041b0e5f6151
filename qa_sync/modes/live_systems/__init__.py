"""Live systems: connections, write permissions, journal, cleanup.

May import `modes.job` and `systems`.
"""
