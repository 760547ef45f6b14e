"""The path as functions: each step reads what the step before wrote; the command and the demo call the same ones."""
