"""The mass-delete guard (H4): judge a pass or a settings change, ask the user, carry out the answer."""
