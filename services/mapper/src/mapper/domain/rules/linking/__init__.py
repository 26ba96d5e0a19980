"""Which activity and which event belong to one link."""
