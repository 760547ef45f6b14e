"""The stacks under Pulumi mocks: every platform, no engine, no cluster."""
