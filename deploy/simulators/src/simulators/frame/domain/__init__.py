"""What every simulated provider has in common, without IO: its state, its traps, OAuth."""
