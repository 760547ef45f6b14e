"""The same rules as a policy pack: `pulumi preview --policy-pack infra/policy/pack`."""
