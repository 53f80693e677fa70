"""Trading strategies, one file each."""
