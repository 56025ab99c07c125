"""The items as tasks of Celery: the app of the worker; as a script, the caller, which waits for all results."""

import json
import os
import subprocess
import sys
import time
from collections import Counter

from celery import Celery
from celery.exceptions import TimeoutError as ResultIsMissing

app = Celery("items", broker=os.environ["CELERY_BROKER"], backend="rpc://")
app.conf.update(json.loads(os.environ["CELERY_SETTINGS"]))


@app.task(name="run_item")
def run_item(number):
    subprocess.run(["sh", os.environ["ITEM_PROGRAM"], str(number)], check=True)


def call_all(count, seconds):
    results = [run_item.delay(number) for number in range(1, count + 1)]
    print("sent", flush=True)
    limit = time.monotonic() + seconds
    print(json.dumps(Counter(outcome(result, limit) for result in results)), flush=True)


def outcome(result, limit):
    try:
        # A result that has come is answered even if there is no time left.
        value = result.get(timeout=max(limit - time.monotonic(), 0.05), propagate=False)
    except ResultIsMissing:
        return "no result"
    return result.state if result.successful() else type(value).__name__


if __name__ == "__main__":
    call_all(int(sys.argv[1]), int(sys.argv[2]))
