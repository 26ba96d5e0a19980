"""The floor: three processes that make the same hops, document writes and provider calls with bare libraries alone."""
