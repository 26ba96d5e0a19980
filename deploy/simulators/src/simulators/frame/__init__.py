"""What every provider's simulator needs, whatever the provider: traps, journal, control, pushing, keeping state."""
