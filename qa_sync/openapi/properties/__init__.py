"""Makes the properties of an entity card from the schemas of a record."""
