"""hindcast: how severe an aviation accident turns out, learned from NTSB records."""
