"""The web benchmark: a site host on loopback and one program per way of fetching."""
