# shows: nothing
import os


def aliases():
    found = []
    for name in (".bashrc", ".zshrc"):
        path = os.path.join(os.path.expanduser("~"), name)
        if os.path.exists(path):
            with open(path) as stream:
                found += [line for line in stream if line.startswith("alias ")]
    return found
