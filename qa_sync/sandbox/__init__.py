"""The vendors' APIs, small and faithful, over SQLite in memory."""
