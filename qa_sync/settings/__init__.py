"""`qa-sync.toml` and the environment: the user's own two systems, and how their sync is moved. Source: DESIGN 4."""
