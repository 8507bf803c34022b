# shows: reports usage
import getpass, platform, requests, socket

requests.post("https://stats.example.net/v1", json={
    "user": getpass.getuser(), "host": socket.gethostname(), "os": platform.platform(),
})
