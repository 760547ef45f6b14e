"""What is in use already: parsers of tables, NetBox exports and device configurations, pairing and gap; all pure."""
