"""The address plan: claims from an append-only ledger, and what every device, name and stack should be."""
