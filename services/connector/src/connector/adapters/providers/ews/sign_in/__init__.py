"""How a login is tried before anything is stored: the server is found, and asked for the calendar once."""
