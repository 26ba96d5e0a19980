"""Child processes of the sandbox and of the tests: what to start, how to tell that it is ready, how to end it.

A `Unit` says what to run; `Process` runs it; the other modules build units for our parts:
`tansu` and `kafka` (brokers), `secantus` (database), `python_module` (services and simulators).
"""

from sandbox.processes.kafka import kafka, kafka_obstacle
from sandbox.processes.ports import free_port, is_free
from sandbox.processes.process import Process, ProcessEndedError, ready
from sandbox.processes.python_module import service, simulator, start_page
from sandbox.processes.secantus import secantus
from sandbox.processes.tansu import tansu
from sandbox.processes.unit import Unit

__all__ = [
    "Process",
    "ProcessEndedError",
    "Unit",
    "free_port",
    "is_free",
    "kafka",
    "kafka_obstacle",
    "ready",
    "secantus",
    "service",
    "simulator",
    "start_page",
    "tansu",
]
