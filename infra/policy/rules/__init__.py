"""Policy rules over rendered objects, one module each: named after its id, found by itself."""
