"""Pictures that a style sheet holds as `data:` addresses become files: our pages load nothing but their own files."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

_DATA_ADDRESS = re.compile(rb"""url\((["'])data:image/svg\+xml(;base64|;charset=utf-?8)?,(.*?)\1\)""", re.DOTALL)


def without_data_addresses(css: bytes, name: str) -> tuple[bytes, Mapping[str, bytes]]:
    """Return the style sheet with addresses of files beside it, and the files by their names."""
    names: dict[bytes, str] = {}

    def replaced(found: re.Match[bytes]) -> bytes:
        data = found[3]
        content = base64.b64decode(data) if found[2] == b";base64" else unquote_to_bytes(data)
        picture = names.setdefault(content, f"{name}-{len(names) + 1}.svg")
        return f'url("{picture}")'.encode()

    return _DATA_ADDRESS.sub(replaced, css), {picture: content for content, picture in names.items()}
