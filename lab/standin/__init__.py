"""Stand-ins for routers that cannot be had: a vendor's command line as its manuals describe it, and nothing behind it.

Written from the manuals only and sharing no code with the drivers, whose mistakes they must not repeat. Every one says
"stand-in" in its version.
"""
