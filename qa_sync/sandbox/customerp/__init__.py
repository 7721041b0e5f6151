"""Customerp: bearer token, numbered pages, optimistic locking, decimals as numbers."""
