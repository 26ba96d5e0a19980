"""The connector's use cases: each brings the rules of `domain` together with store, broker and provider."""
