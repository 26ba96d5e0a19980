"""What the connector decides, apart from IO: no await, clock, random or driver."""
