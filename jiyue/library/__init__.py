"""The content library: what a site may serve is recorded first (先入库、后使用); blobs are kept by their hash."""
