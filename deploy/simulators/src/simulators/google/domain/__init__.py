"""The rules of Google Calendar as the simulator keeps them: pure, no IO, clock and random given."""
