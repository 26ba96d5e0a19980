"""The shared fixtures give a broker and a database that work."""

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import AsyncMongoClient

from chassis.messaging.topics import TopicSpec, ensure_topics


async def test_the_broker_carries_a_message(kafka_bootstrap: str, unique: str) -> None:
    await ensure_topics(kafka_bootstrap, [TopicSpec(unique, 1)])
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        await producer.send_and_wait(unique, b"body", key=b"key")
    async with AIOKafkaConsumer(unique, bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"key", b"body")


async def test_each_test_has_an_empty_database(mongo_database: str) -> None:
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(mongo_database)
    database = client.get_default_database()
    assert await database.list_collection_names() == []
    await database["things"].insert_one({"_id": "one"})
    assert await database["things"].find_one() == {"_id": "one"}
    await client.close()
