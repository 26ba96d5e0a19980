"""Runs the mapper: `python -m mapper`."""

from chassis.observability.logs import configure_logging
from chassis.runtime.serve import serve
from chassis.settings import load_settings
from mapper.app import make_app
from mapper.settings import MapperSettings

if __name__ == "__main__":
    settings = load_settings(MapperSettings)
    configure_logging(settings)
    serve(make_app(settings), host="0.0.0.0", port=settings.port, settings=settings)  # noqa: S104 - a pod's own address
