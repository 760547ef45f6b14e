"""One kind of fault per module; each defines `FAULT`."""
