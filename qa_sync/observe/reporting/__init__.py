"""What an observation reports: its progress while it runs, the checks, and what it saw."""
