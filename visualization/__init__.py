"""Pages that show an economy."""
