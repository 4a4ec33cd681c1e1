"""Model files on disk, each reader yielding validated tensors; nothing else parses files."""
