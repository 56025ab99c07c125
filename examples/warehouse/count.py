import sys

with open(sys.argv[1], "rb") as item:
    print(len(item.read()), "bytes")
