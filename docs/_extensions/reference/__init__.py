"""The reference as functions from the code's own tables to reStructuredText; `generated` puts it into pages."""
