# Converts the rows of a range of keys. The range is one JSON object on standard input.
import json
import sys

keys = json.load(sys.stdin)


def rows(first, end):
    """Stands for a table: select id, grams from parcels where id >= %s and id < %s."""
    return [(key, key * 1.5) for key in range(first, end)]


# Stands for one transaction of updates. It sets values and adds nothing to them, so doing it twice is harmless.
kilograms = {key: grams / 1000 for key, grams in rows(keys["from"], keys["to"])}

print(f"keys {keys['from']} to {keys['to'] - 1}: {len(kilograms)} rows", flush=True)
