"""The parts of the web pages that others wrote (HTMX, Pico, …): pinned here, committed where the pages serve them."""
