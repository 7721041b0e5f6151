"""The world: the only room that speaks to business systems."""
