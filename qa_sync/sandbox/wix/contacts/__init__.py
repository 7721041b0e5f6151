"""Contacts v4 of Wix: contacts, labels, members, and merges."""
