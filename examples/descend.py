# Goes down steepness * x^2 by its gradient, and fails if the steps are so long that it goes up.
import json
import os
import sys

parameters = json.loads(os.environ["PARAMETERS"])

x = parameters["start"]
for _ in range(100):
    x -= parameters["rate"] * 2 * parameters["steepness"] * x
if abs(x) > abs(parameters["start"]):
    sys.exit(f"{json.dumps(parameters)} runs off to {x:.1e}")

print(f"{json.dumps(parameters)} ends at {x:.1e}", flush=True)
