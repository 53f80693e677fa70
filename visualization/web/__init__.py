"""Scripts and styles of the panels."""
