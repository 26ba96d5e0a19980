"""Simulators of calendar providers: their APIs over HTTP, with traps, faults and a control API for tests."""
