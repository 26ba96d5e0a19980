"""Where the activity store meets its database and its topics."""
