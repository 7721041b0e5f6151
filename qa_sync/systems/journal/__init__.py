"""The journal of records that live runs create, and their removal.

May import `systems.responses`.
"""
