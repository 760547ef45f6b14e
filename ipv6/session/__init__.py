"""The session side: a device that runs no program of ours, worked over its interactive command line by this machine."""
