"""The database over TLS, by password and by certificate, with servers that require it; and what start-up says."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.errors import NeedsOperator, Transient
from chassis.persistence.mongo import MongoDatabase
from chassis.persistence.table import Index
from chassis.settings import ChassisSettings
from sandbox.processes import free_port
from tests.support.secured_mongo import PASSWORD, QUOTED, USER, SecuredMongo, secured_mongo

DATABASE = "tandem_connector"


@pytest.fixture(scope="module")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredMongo]:
    with secured_mongo(tmp_path_factory.mktemp("secured")) as servers:
        yield servers


def settings(url: str, **given: Any) -> ChassisSettings:
    return ChassisSettings(
        kafka_bootstrap="k:1", jwt_secret="x" * 16, mongo_url=f"mongodb://{url}", mongo_database=DATABASE, **given
    )


def ways_in(mongo: SecuredMongo) -> dict[str, ChassisSettings]:
    user, ca, own = f"{USER}:{QUOTED}@", {"mongo_ca_file": mongo.ca}, {"mongo_certificate_key_file": mongo.certificate}
    return {
        "password": settings(f"{user}{mongo.secured}/?authMechanism=SCRAM-SHA-256", **ca),
        "password, all in the address": settings(f"{user}{mongo.secured}/?tls=true&tlsCAFile={mongo.ca}"),
        "password beside a certificate": settings(f"{user}{mongo.mutual}/", **ca, **own),
        "certificate": settings(f"{mongo.secured}/?authMechanism=MONGODB-X509", **ca, **own),
    }


@pytest.mark.parametrize(
    "way", ["password", "password, all in the address", "password beside a certificate", "certificate"]
)
async def test_documents_are_written_and_read(mongo: SecuredMongo, unique: str, way: str) -> None:
    database = MongoDatabase.of(ways_in(mongo)[way])
    await database.open()
    table = database.table(unique)
    await table.ensure([Index([("n", 1)])])
    assert await table.insert([{"_id": "a", "n": 1, "version": 1}]) == [True]
    assert await table.fetch(["a"]) == [{"_id": "a", "n": 1, "version": 1}]
    await database.close()


def wrong(mongo: SecuredMongo) -> dict[str, tuple[ChassisSettings, str]]:
    user, ca = f"{USER}:{QUOTED}@", {"mongo_ca_file": mongo.ca}
    other_name = mongo.secured.replace("127.0.0.1", "localhost")
    return {
        "password": (settings(f"{USER}:wrong@{mongo.secured}/", **ca), f"is the password of {USER} right"),
        "authority": (
            settings(f"{user}{mongo.secured}/", mongo_ca_file=mongo.stranger()),
            "unable to get local issuer",
        ),
        "name": (settings(f"{user}{other_name}/", **ca), "Hostname mismatch, certificate is not valid for 'localhost'"),
        "expired": (settings(f"{user}{mongo.expired}/", **ca), "certificate has expired"),
        "no TLS there": (settings(f"{user}{mongo.open}/", **ca), "speak TLS"),
        "no TLS here": (settings(f"{user}{mongo.secured}/"), "does it want TLS (TANDEM_MONGO_CA_FILE)?"),
        "no certificate": (
            settings(f"{user}{mongo.mutual}/", **ca),
            "wants our certificate (TANDEM_MONGO_CERTIFICATE_KEY_FILE)",
        ),
        "address": (settings(f"127.0.0.1:{free_port()}/"), "does not answer"),
    }


async def cause(configured: ChassisSettings) -> Transient:
    database = MongoDatabase.of(configured)
    with pytest.raises(Transient) as raised:
        await database.open()
    await database.close()
    return raised.value


async def test_the_start_names_the_likely_cause_in_one_line(mongo: SecuredMongo) -> None:
    mistakes = wrong(mongo)
    causes = dict(zip(mistakes, await asyncio.gather(*(cause(made) for made, _ in mistakes.values())), strict=True))
    said = {mistake: str(error) for mistake, error in causes.items()}
    assert {mistake: words in said[mistake] for mistake, (_, words) in mistakes.items()} == dict.fromkeys(said, True), (
        said
    )
    assert not [line for line in said.values() if "\n" in line or PASSWORD in line or QUOTED in line or len(line) > 200]
    assert [mistake for mistake, error in causes.items() if isinstance(error, NeedsOperator)] == ["password"]


async def test_a_right_that_is_missing_needs_an_operator(mongo: SecuredMongo, unique: str) -> None:
    """Nothing is thrown away meanwhile: a consumer waits, as for a database that is away."""
    configured = settings(f"{mongo.secured}/", mongo_ca_file=mongo.ca)
    database = MongoDatabase.of(configured)
    await database.open()
    with pytest.raises(NeedsOperator, match="mongo_refused: Unauthorized"):
        await database.table(unique).insert([{"_id": "a", "version": 1}])
    await database.close()
