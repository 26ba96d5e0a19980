"""Settings of the activity store: those of every service (see `chassis.settings`), and where they differ."""

from pydantic import Field

from chassis.settings import ChassisSettings


class Settings(ChassisSettings):
    """What the activity store needs to run; TANDEM_* environment variables."""

    mongo_database: str = Field(
        default="tandem_activity_store", min_length=1, description="The store's own database; no other service reads it"
    )
    port: int = Field(default=8003, ge=1, le=65535, description="Port on which HTTP listens")
    replay_page: int = Field(
        default=200,
        ge=1,
        le=1000,
        json_schema_extra={"unit": "activities"},
        description="How many activities a replay reads and publishes at once: bounds its memory, whatever a user owns",
    )
    streams: int = Field(
        default=500,
        ge=0,
        json_schema_extra={"unit": "streams"},
        description="How many open pages one process keeps up to date; further ones are told to ask again later",
    )
    streams_per_user: int = Field(
        default=12,
        ge=0,
        json_schema_extra={"unit": "streams"},
        description="The same of one user: who has more tabs in sight than this reloads the others",
    )
