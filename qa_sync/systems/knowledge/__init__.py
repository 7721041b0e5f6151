"""What is known of a property that no entity card lists: from rows, settings, schemas, and its name."""
