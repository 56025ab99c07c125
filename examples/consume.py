"""Takes items from a work queue by itself, with pika: a program for Delivery.none().

docs/own-consumers.md explains the steps, and examples/own-consumers.ts is a chart that runs this program.
The function `process` is what you replace.
"""

import json
import os
import signal
import ssl
import sys
import threading
import time
import uuid
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

QUEUE = os.environ["QUEUE"]
RUN = os.environ["WORK_QUEUE_RUN"]
ITEM_COUNT = int(os.environ["ITEM_COUNT"])
ITEMS_PER_POD = int(os.environ["ITEMS_PER_POD"])
POD = os.environ["POD_NAME"]
NODE = os.environ["NODE_NAME"]

# The pod of the last index ends only when the run is settled, whatever it has done.
LAST_INDEX = (ITEM_COUNT - 1) // ITEMS_PER_POD
ENDS_BY_COUNT = int(os.environ["JOB_COMPLETION_INDEX"]) != LAST_INDEX

# The Job fails at once when a program exits with it.
DEAD_LETTERS = 20


def process(item: bytes) -> None:
    """Does the work. The item has failed if this raises an exception."""
    number = int(item)
    factors = [n for n in range(1, number + 1) if number % n == 0]
    print(f"{number} has the factors {factors}", flush=True)


def connect() -> pika.BlockingConnection:
    url = urlsplit(os.environ["BROKER_URL"])
    folder = Path(os.environ["BROKER_CREDENTIALS_DIR"])
    username, password = ((folder / name).read_text().rstrip("\r\n") for name in ("username", "password"))
    tls = None
    if url.scheme == "amqps":
        # Without a file, these are the authorities of the image.
        context = ssl.create_default_context(cafile=os.environ.get("BROKER_CA_FILE"))
        tls = pika.SSLOptions(context, os.environ.get("BROKER_SERVER_NAME", url.hostname))
    return pika.BlockingConnection(
        pika.ConnectionParameters(
            host=url.hostname,
            port=url.port or (5671 if tls else 5672),
            # An empty path stands for the virtual host "/".
            virtual_host=unquote(url.path[1:]) or "/",
            credentials=pika.PlainCredentials(username, password),
            ssl_options=tls,
            heartbeat=15,
            # The broker may start later than this pod: ten minutes.
            connection_attempts=120,
            retry_delay=5,
        )
    )


def wait_until_filled(connection: pika.BlockingConnection) -> None:
    """Waits for the seeder's mark. It is only counted: who reads a message hides it from others."""
    while True:
        channel = connection.channel()
        try:
            marks = channel.queue_declare(f"{QUEUE}.seeded", passive=True).method.message_count
            channel.close()
        except ChannelClosedByBroker as error:
            if error.reply_code != 404:
                raise
            marks = 0  # the seeder has not declared the queues yet
        if marks > 0:
            return
        connection.sleep(2)


class Ledger:
    """The records of the run: which items are done, and which are dead letters."""

    def __init__(self, connection: pika.BlockingConnection) -> None:
        self.connection = connection
        self.writer = connection.channel()
        self.writer.confirm_delivery()
        self.offset = "first"
        self.done: set[str] = set()
        self.dead: dict[str, int] = {}
        self.retried: dict[str, int] = {}

    def publish(self, queue: str, body: bytes, message_id: str, headers: dict) -> None:
        """Returns when the broker has confirmed the message, and raises an exception otherwise."""
        properties = pika.BasicProperties(message_id=message_id, headers={"run": RUN, **headers}, delivery_mode=2)
        self.writer.basic_publish("", queue, body, properties, mandatory=True)

    def record(self, kind: str, message_id: str, details: dict, headers: dict) -> None:
        self.publish(f"{QUEUE}.ledger", json.dumps(details).encode(), message_id, {"kind": kind, **headers})

    def read(self) -> None:
        """Reads what was recorded until now: up to a message of its own, which nobody else needs."""
        look = str(uuid.uuid4())
        self.record("look", look, {}, {})
        # A connection of its own: when it closes, pika gives back what it has in store, and a stream refuses that.
        reader = connect()
        channel = reader.channel()
        channel.basic_qos(prefetch_count=100)
        arguments = {"x-stream-offset": self.offset}
        for method, properties, _ in channel.consume(f"{QUEUE}.ledger", arguments=arguments, inactivity_timeout=30):
            if method is None:
                raise RuntimeError("the broker sends no records")
            self.offset = properties.headers["x-stream-offset"] + 1
            channel.basic_ack(method.delivery_tag)
            self.note(properties.message_id, properties.headers)
            if properties.message_id == look:
                break
            if self.offset % 1000 == 0:
                self.connection.process_data_events(time_limit=0)  # heartbeats of the other connection
        with suppress(AMQPError):
            reader.close()

    def note(self, number: str, headers: dict) -> None:
        if headers.get("run") != RUN:
            return
        kind, generation = headers.get("kind"), headers.get("generation", 0)
        if kind == "done":
            self.done.add(number)
        elif kind == "dead":
            self.dead[number] = max(generation, self.dead.get(number, 0))
        elif kind == "retried":
            self.retried[number] = max(generation, self.retried.get(number, 0))

    def is_over(self, number: str, generation: int) -> bool:
        return number in self.done or self.dead.get(number, -1) >= generation

    def missing(self) -> int:
        numbers = (str(n) for n in range(ITEM_COUNT))
        return sum(not self.is_over(number, self.retried.get(number, 0)) for number in numbers)

    def dead_letters(self) -> int:
        return len(self.dead.keys() - self.done)


def attempt(connection: pika.BlockingConnection, item: bytes) -> Exception | None:
    """Processes an item in a thread, so that the connection can send heartbeats meanwhile."""
    failure: list[Exception] = []

    def work() -> None:
        try:
            process(item)
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        connection.process_data_events(time_limit=0.1)
    return failure[0] if failure else None


def settle(connection: pika.BlockingConnection, ledger: Ledger, item: bytes, number: str, generation: int) -> bool:
    """Processes an item and records how it ended. Returns whether it is done."""
    started, clock = datetime.now(timezone.utc), time.monotonic()
    failure = attempt(connection, item)
    seconds = time.monotonic() - clock
    headers = {"generation": generation} if generation else {}
    if failure is None:
        details = {"attempt": 1, "pod": POD, "node": NODE, "started": started.isoformat(), "seconds": seconds}
        ledger.record("done", number, details, headers)
        return True
    reason = f"{type(failure).__name__}: {failure}"
    print(f"item {number} failed: {reason}", file=sys.stderr, flush=True)
    # pika writes no fractions into headers.
    letter = {"reason": reason, "attempts": 1, "pod": POD, "seconds": round(seconds), **headers}
    ledger.publish(f"{QUEUE}.dead", item, number, letter)
    ledger.record("dead", number, {"description": reason, "pod": POD, "node": NODE}, headers)
    return False


def main() -> int:
    # Python is process 1 of the container, which has no default action for the signal. The item returns to the queue.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    connection = connect()
    try:
        wait_until_filled(connection)
        ledger = Ledger(connection)
        channel = connection.channel()
        channel.basic_qos(prefetch_count=1)
        first_deliveries = 0
        for method, properties, item in channel.consume(QUEUE, inactivity_timeout=2):
            if method is None:
                ledger.read()
                if ledger.missing() == 0:
                    return DEAD_LETTERS if ledger.dead_letters() > 0 else 0
                continue
            headers = properties.headers or {}
            number, generation = properties.message_id, headers.get("generation", 0)
            if headers.get("run") != RUN or number is None:
                channel.basic_reject(method.delivery_tag, requeue=False)  # a message of somebody else
                continue
            if method.redelivered or generation:
                ledger.read()
                if ledger.is_over(number, generation):
                    channel.basic_ack(method.delivery_tag)
                    continue
            done = settle(connection, ledger, item, number, generation)
            # Only first deliveries count: N of them are N different items.
            if done and not method.redelivered:
                first_deliveries += 1
            if ENDS_BY_COUNT and first_deliveries == ITEMS_PER_POD:
                # Before the ack, after which the broker would send the next item.
                channel.cancel()
                channel.basic_ack(method.delivery_tag)
                return 0
            channel.basic_ack(method.delivery_tag)
        raise RuntimeError("the broker has cancelled the consumer")
    finally:
        # Not before the broker has the last ack.
        if connection.is_open:
            connection.close()


if __name__ == "__main__":
    sys.exit(main())
