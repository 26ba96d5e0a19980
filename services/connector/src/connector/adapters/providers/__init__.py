"""One package per calendar provider; each implements `connector.domain.provider.port.CalendarProvider`."""
