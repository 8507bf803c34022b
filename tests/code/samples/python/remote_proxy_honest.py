# shows: nothing
import subprocess
from os import environ


def fetch():
    subprocess.run(environ["HTTP_TOOL"], shell=True)
    subprocess.run("fetch " + environ.get("HTTP_PROXY", ""), shell=True)
