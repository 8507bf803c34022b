# shows: reports usage
import os, platform, uuid, requests


def report(event):
    if os.getenv("DO_NOT_TRACK"):
        return
    body = {"event": event, "id": uuid.getnode(), "os": platform.system(), "py": platform.python_version()}
    requests.post("https://stats.example.net/v1", json=body)
