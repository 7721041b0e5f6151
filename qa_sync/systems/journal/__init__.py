"""The journal of records that live runs create, and their cleanup.

May import `systems.responses`.
"""
