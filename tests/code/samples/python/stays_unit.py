# shows: adds persistence
from pathlib import Path

UNIT = "[Service]\nExecStart=/usr/bin/sample-agent\n"
Path("/etc/systemd/system/sample-agent.service").write_text(UNIT)
