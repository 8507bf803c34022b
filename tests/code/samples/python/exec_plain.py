# shows: decodes and runs
import base64

exec(base64.b64decode("cHJpbnQoJ2hlbGxvIGZyb20gdGhlIHNhbXBsZScp"))
