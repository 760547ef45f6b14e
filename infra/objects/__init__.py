"""The Kubernetes objects of a platform as pure values; nothing here knows Pulumi or a cluster."""
