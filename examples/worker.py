# Knows nothing of queues: one item on standard input, done when it ends with 0.
import sys
import time

print("Processing " + sys.stdin.read(), flush=True)
time.sleep(1)
