"""Compares values by the kind of their property, and describes differences. Pure functions."""
