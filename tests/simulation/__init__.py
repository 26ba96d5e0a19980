"""The whole system in one process, in virtual time, from one seed; docs/decisions/simulated-in-one-process.md."""
