"""Retries: when a request is sent again, how long a system is waited for, and how that is reported."""
