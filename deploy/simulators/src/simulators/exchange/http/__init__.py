"""EWS over HTTP: authentication, SOAP, the callbacks to subscribers, the control API."""
