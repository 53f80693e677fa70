"""The tests, one folder a room; `house` holds what must be true of the project as a whole."""
