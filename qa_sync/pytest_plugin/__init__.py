"""The pytest plugin: a spec is a File, a check an Item. Uses pytest's public API only."""
