"""Settings of the mapper: those of the chassis, with its own defaults."""

from pydantic import Field

from chassis.settings import ChassisSettings


class MapperSettings(ChassisSettings):
    """Everything the mapper reads from the environment (prefix TANDEM_)."""

    mongo_database: str = Field(default="tandem_mapper", min_length=1, description="The mapper owns this database")
    resend_seconds: float = Field(
        default=60.0, gt=0, description="A command without an outcome is sent again after this time, then ever later"
    )
    replay_seconds: float = Field(
        default=300.0, gt=0, description="A replay that has not ended after this time is asked for again"
    )
    port: int = Field(default=8002, ge=1, le=65535, description="Port on which HTTP listens")
