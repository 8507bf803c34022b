# shows: nothing
import os, requests

TOKEN = os.environ["EXAMPLE_TOKEN"]


def items(session=None):
    session = session or requests.Session()
    session.headers["Authorization"] = "Bearer " + TOKEN
    return session.get("https://api.example.com/items", params={"page": 1}).json()
