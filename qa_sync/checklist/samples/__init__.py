"""Sample records and edits, decided by a seed.

May import `checklist` and `systems`.
"""
