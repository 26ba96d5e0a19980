"""The connector's HTTP edge."""
