"""Whether what a person gives for a description is HTML, as tests may write it, or a text that he typed."""

import re

_TAG = re.compile(r"</?(?:a|b|br|div|em|font|h[1-6]|html|i|li|ol|p|pre|span|strong|table|u|ul)\b[^<>]*>", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """Return whether there is a tag of HTML in it; `<word>` is none."""
    return _TAG.search(text) is not None
