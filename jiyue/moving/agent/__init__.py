"""What runs on the hosts: sent over SSH with each request, standard library only, nothing of it stays there."""
