"""An Exchange Server on premises that runs on one machine and speaks EWS."""

from simulators.exchange.app import make_exchange_simulator
from simulators.exchange.settings import ExchangeSettings

__all__ = ["ExchangeSettings", "make_exchange_simulator"]
