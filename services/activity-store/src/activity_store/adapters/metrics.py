"""Every metric of the activity store's own, declared once; names are a contract with dashboards and alerts.

Labels are closed lists: never an id, an address or a text.
"""

from prometheus_client import Counter

COMMANDS = Counter("tandem_commands_total", "Commands of the sync, by what became of them", ["command", "outcome"])
