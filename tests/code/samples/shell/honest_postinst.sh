#!/bin/sh
# shows: nothing
set -e
if [ "$1" = "configure" ]; then
  adduser --system --group sample || true
  chown sample /var/lib/sample
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    deb-systemd-invoke restart sample.service >/dev/null || true
  fi
fi
