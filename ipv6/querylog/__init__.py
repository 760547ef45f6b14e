"""The log of questions on the authoritative servers: the program that writes it, and what a server needs for it."""
