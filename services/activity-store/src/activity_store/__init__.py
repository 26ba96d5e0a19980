"""CRM activities: REST surface, visibility and change events."""
