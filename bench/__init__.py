"""`make bench`: how fast the system is, beside the bare floor of the same hops, writes and calls in the same run."""
