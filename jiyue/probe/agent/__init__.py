"""The prober: runs on a vantage host with its own Python; the standard library and a packed dnspython, nothing else."""
