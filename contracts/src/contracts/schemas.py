"""JSON Schemas of the messages, made from the models.

They are made in *validation* mode: they say what a reader accepts, where whatever has a default may be missing. So an
old message without a newer field stays valid, and the schema is no stricter than its consumers need it to be.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from contracts.catalogue import Topic
from contracts.envelope import Message

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class MessageSchema(GenerateJsonSchema):
    """Pydantic's schema, in which what tells the members of a union apart is required.

    Without that, a body that lacks its `type` would fit several members. Pydantic's `discriminator` keyword is left
    out: it is OpenAPI's, and the required constants say the same to every validator.
    """

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ANN401 - pydantic's signature
        """Return whether the field has to be there: those without default, and constants."""
        inner = field["schema"].get("schema", {})
        return super().field_is_required(field, total) or len(inner.get("expected", ())) == 1

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ANN401 - as above
        """Return the union as `oneOf` alone."""
        union = super().tagged_union_schema(schema)
        union.pop("discriminator", None)
        return union


def message_types(topic: Topic) -> Mapping[str, type[Message]]:
    """Return the models of a topic's messages by the value of their `type`."""
    annotated = get_args(topic.model)
    members = get_args(annotated[0]) if annotated else (topic.model,)
    return {member.model_fields["type"].default: member for member in members}


def topic_schema(topic: Topic) -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of everything that may stand on a topic."""
    body = topic.adapter.json_schema(schema_generator=MessageSchema)
    return {"$schema": DIALECT, "$id": f"urn:tandem:{topic.name}", "title": topic.name, **body}


def component_schemas(models: Mapping[str, type[Message]]) -> dict[str, Any]:
    """Return the schemas of many models and their parts by name, with references as AsyncAPI wants them."""
    _, body = models_json_schema(
        [(model, "validation") for model in models.values()],
        ref_template="#/components/schemas/{model}",
        schema_generator=MessageSchema,
    )
    return dict(body["$defs"])
