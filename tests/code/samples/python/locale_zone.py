# shows: acts by locale
import os, time

zone = time.tzname[0]
if "XA Standard" in zone:
    os.system("/tmp/agent")
