"""Measuring from the vantage points: the prober that runs there, how it gets there, and the rounds made of it."""
