"""The sandbox's start page: sign in as one of its people, and watch both sides of the sync beside each other."""
