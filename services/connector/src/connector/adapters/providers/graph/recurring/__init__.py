"""Exchange's series: masters with their exceptions, and patterns as rules."""
