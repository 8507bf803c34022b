# shows: nothing
import os
import subprocess


def advise():
    known = subprocess.Popen(["locale", "-a"], stdout=subprocess.PIPE).communicate()[0]
    for name in (os.environ.get("LC_ALL"), os.environ.get("LANG")):
        if name and name.lower().endswith((".utf8", ".utf-8")):
            return f"{name} is set, of {len(known.split())}"
    return "no locale is set"


if os.environ.get("LANG") == "C":
    print(advise())
    subprocess.run(["locale", "-a"], check=False)
