"""The part that runs on the host, over Ansible, with the standard library alone; nothing is decided here."""
