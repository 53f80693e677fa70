"""Doors for outside programs."""
