"""Links, connections, fields, decisions and their explanations."""
