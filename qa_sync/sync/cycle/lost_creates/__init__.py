"""Creates whose response was lost: put off, searched for in one list, repeated only if they were not applied."""
