"""What an observation keeps in its state file: records, cases and findings, and the clocks of the systems."""
