"""120 light hosts for side-by-side figures: sshd, nftables and nginx on each, FRR on 30; all of them in namespaces."""
