"""The lab of the assessment's figures: many light sites on a few real hosts."""
