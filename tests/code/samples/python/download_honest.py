# shows: nothing
import argparse, hashlib, urllib.request


def fetch(url, path, digest):
    data = urllib.request.urlopen(url).read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SystemExit("wrong digest")
    with open(path, "wb") as out:
        out.write(data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("path")
    parser.add_argument("digest")
    fetch(**vars(parser.parse_args()))
