"""Files in and out of the address plan: workbooks, CSV, JSON, configurations, zone files, Ansible inventory."""
