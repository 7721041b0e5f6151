"""The records of a running scenario: created, read, updated and cleaned up."""
