"""Calendar items: how Exchange keeps, writes and shows them."""
