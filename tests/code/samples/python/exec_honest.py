# shows: nothing
import os
from collections import namedtuple

here = os.path.dirname(__file__)
about = {}
with open(os.path.join(here, "about.py")) as stream:
    exec(stream.read(), about)
template = "class {name}(tuple):\n    pass\n"
scope = {}
exec(template.format(name="Row"), scope)
Point = namedtuple("Point", "x y")
