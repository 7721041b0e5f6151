"""Wix: contacts v4, stores orders v2, stores products v1."""
