"""`/activities`: the week and the list, for people in a browser."""
