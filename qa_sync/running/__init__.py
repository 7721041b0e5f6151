"""What happened: a Checklist is carried out and speaks in Events."""
