"""The whole system on one machine: embedded broker and database, provider simulators, demo."""
