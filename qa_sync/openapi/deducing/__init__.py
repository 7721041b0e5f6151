"""Deduces a connector from the routes of a document: resources, envelopes, pagination, authentication, properties."""
