"""Zone flows as NetworkPolicies, and the rules that every rendered object must keep."""
