"""Moving a website from an old host onto its platform, and keeping what is served as the library has it."""
