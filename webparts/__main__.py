"""`make vendor`: brings the pinned web parts from npm to where the pages serve them (needs npm; `make run` does not).

A package whose content is not the pinned one is refused.
"""

from collections.abc import Mapping

from webparts.bundles import Bundle, bundled, bundles
from webparts.npm import Pin, pins, unpacked
from webparts.pictures import without_data_addresses


def write(pin: Pin) -> None:
    """Write the files of one package where they belong."""
    with unpacked(pin) as package:
        for source, name in pin.files.items():
            target = pin.folder / name
            content = (package / source).read_bytes()
            pictures: Mapping[str, bytes] = {}
            if name.endswith(".css"):
                content, pictures = without_data_addresses(content, name.removesuffix(".css"))
            for path, data in {name: content, **pictures}.items():
                (pin.folder / path).write_bytes(data)
            print(f"{target}: {pin.package} {pin.version}")


def write_bundle(bundle: Bundle) -> None:
    """Write a bundle where it belongs."""
    for name, content in bundled(bundle).items():
        (bundle.folder / name).write_bytes(content)
        print(f"{bundle.folder / name}: {', '.join(f'{pin.package} {pin.version}' for pin in bundle.packages)}")


for one in pins():
    write(one)
for each in bundles():
    write_bundle(each)
