"""What is to be verified: a Dataflow becomes a Checklist; nothing is done yet."""
