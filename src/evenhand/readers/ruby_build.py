"""Ruby that is run while a gem is built or installed: extconf.rb, gemspecs, Rakefiles.

Spec: RubyGems specification reference (extensions); mkmf; rake (Rakefile format).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.readers import Item

VERSION = "1"
RECOGNISES = {"names": ("extconf.rb", "mkrf_conf.rb", "*.gemspec", "Rakefile", "*.rake", "Gemfile")}
EMITS = ("behaviour", "hidden_access", "script_use")
CANNOT_SEE = {
    "behaviour": "what libraries of the gem do that it loads; what Ruby does at run time",
    "hidden_access": "ways in that take more than one file to see; what Ruby does at run time",
    "script_use": "calls of what only a value names; more than the weightiest of a file",
}
BY_HAND = ("Rakefile", "Gemfile")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the file does; a table of tasks is run by who builds, not who installs."""
    from evenhand.code.examine import rows

    name = artefact.name.rpartition("/")[2]
    by_hand = (name in BY_HAND or name.endswith(".rake")) and "/ext/" not in f"/{artefact.name}"
    yield from rows(artefact, "ruby", "when run" if by_hand else "at install")
