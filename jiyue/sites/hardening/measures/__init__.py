"""What is put right, one module per subject; pure: what to write, and what is left and why."""
