# This program knows nothing of queues: it reads one item on standard input, and the item is done when it ends with 0.
import sys
import time

print("Processing " + sys.stdin.read(), flush=True)
time.sleep(1)
