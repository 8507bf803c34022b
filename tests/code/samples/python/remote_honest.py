# shows: nothing
import subprocess, sys


def git(*words):
    return subprocess.run(["git", *words], check=True, capture_output=True).stdout


def clone(session, name):
    answer = session.get("https://api.example.com/repository/" + name).json()
    git("clone", answer["url"])


if __name__ == "__main__":
    git(*sys.argv[1:])
