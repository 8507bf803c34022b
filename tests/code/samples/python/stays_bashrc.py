# shows: adds persistence
import os

with open(os.path.expanduser("~/.bashrc"), "a") as rc:
    rc.write("\npython3 -m sample.agent &\n")
