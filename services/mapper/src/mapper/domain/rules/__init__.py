"""`reconcile` and what it calls: pure functions over the model."""
