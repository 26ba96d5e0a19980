"""The documents that the rules of the connector are about."""
