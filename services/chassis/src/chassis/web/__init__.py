"""What every HTTP API of ours is made of: routes, errors, paging, authentication and probes."""
