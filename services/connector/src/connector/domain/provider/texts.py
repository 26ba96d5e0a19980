"""What every provider does with texts alike (F6)."""


def lines(text: str) -> str:
    """Return the text with LF for every CRLF or CR: how a line ends is no content."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
