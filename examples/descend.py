# Goes down steepness * x^2 by its gradient, and exits with 65 if the steps are so long that it goes up.
import argparse
import sys

parser = argparse.ArgumentParser()
for name in ["rate", "steepness", "start"]:
    parser.add_argument(f"--{name}", type=float, required=True)
given = parser.parse_args()

x = given.start
for _ in range(100):
    x -= given.rate * 2 * given.steepness * x

run = f"rate {given.rate:g}, steepness {given.steepness:g}, start {given.start:g}"
if abs(x) > abs(given.start):
    print(f"{run} runs off to {x:.1e}", file=sys.stderr)
    sys.exit(65)

print(f"{run} ends at {x:.1e}", flush=True)
