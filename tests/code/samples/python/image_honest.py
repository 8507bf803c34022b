# shows: nothing
import base64, subprocess

ICON = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")


def show(path):
    with open(path, "wb") as out:
        out.write(ICON)
    subprocess.run(["xdg-open", path], check=True)
