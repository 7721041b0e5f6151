"""Reads OpenAPI 3 and Swagger 2 documents into nodes, schemas and routes; lenient, and bounded in size."""
