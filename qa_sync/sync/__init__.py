"""The dataflow carried out between two systems; knows nothing of checks."""
