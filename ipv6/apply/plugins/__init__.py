"""What Ansible loads of ours: an action that carries many hosts in one task, and a callback that writes events."""
