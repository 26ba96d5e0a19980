"""`python -m simulators.exchange --port 8012`: the Exchange simulator as a server."""

from pathlib import Path

from simulators.exchange.app import make_exchange_simulator
from simulators.exchange.http.connections import NumberedProtocol
from simulators.exchange.settings import ExchangeSettings
from simulators.frame import server

#: As IIS by default (connectionTimeout): each new connection costs a client of NTLM two answers more.
KEEP_ALIVE_SECONDS = 120

if __name__ == "__main__":
    arguments = server.parser("exchange", 8012)
    arguments.add_argument("--schemas", type=Path, help="Microsoft's EWS schemas (all.xsd): every message is checked")
    server.run(
        arguments, ExchangeSettings, make_exchange_simulator, http=NumberedProtocol, keep_alive=KEEP_ALIVE_SECONDS
    )
