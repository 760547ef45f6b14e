"""Faults on purpose, inside the lab's own hosts: named, seeded, recorded, undone by `clear`.

A kind of fault is one module below `kinds/` that defines `FAULT`; nothing else has to know it.
"""
