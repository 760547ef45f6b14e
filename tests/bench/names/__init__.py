"""The name-service benchmark: a server on loopback and one program per way of asking it."""
