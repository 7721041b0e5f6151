"""The orders of a Wix site: their shape, their fulfillments, and what they change in contacts and products."""
