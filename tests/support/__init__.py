"""What every kind of test shares: infrastructure by TEST_INFRA, and waiting for a condition."""
