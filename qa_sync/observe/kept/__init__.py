"""Late and lost cases as JSON, and how they are judged again."""
