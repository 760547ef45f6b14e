"""The score: results against `indicators.yaml`, every lost point with its cause and its cure; pure."""
