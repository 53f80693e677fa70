"""Rules somebody chose."""
