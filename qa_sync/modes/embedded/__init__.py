"""The sandbox systems and the built-in sync, set up for a run.

May import `modes.job`, `sandbox` and `sync`.
"""
