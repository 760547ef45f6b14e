"""The province's names: publication by RFC 2136 through octoDNS, and zones as code."""
