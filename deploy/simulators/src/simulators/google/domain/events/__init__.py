"""Events: reading drafts, writing, showing."""
