"""Customerp: bearer token, numbered pages, optimistic locking, decimals as numbers (facts/MAPPING.md 2 to 5)."""
