"""NTLM's handshake by requests_ntlm (MS-NTHT), whose errors are ours; loads cryptography and pyspnego."""

from typing import Any

import requests
from requests_ntlm import HttpNtlmAuth

from chassis.errors import TandemError
from connector.adapters.providers.ews.transport.statuses import HandshakeRefused
from connector.adapters.providers.wire import broken_answer


class NtlmAuth(HttpNtlmAuth):
    """Signs a connection in. A server may send anything for a challenge, and each part of it fails in its own way."""

    def response_hook(self, r: requests.Response, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Go on with the handshake. Raises NeedsReauth where the server does not, Transient where it makes no sense."""
        try:
            return super().response_hook(r, **kwargs)
        except (TandemError, requests.RequestException):
            raise
        except PermissionError as error:
            raise HandshakeRefused from error
        except Exception as error:  # of base64, of pyspnego, a header that is missing
            raise broken_answer("the server's part of the sign-in could not be read") from error
