#!/bin/bash
# shows: nothing
set -euo pipefail
VERSION=${1:?version}
curl -fLO "https://dl.example.com/tool-$VERSION.tar.gz"
echo "$(cat digest)  tool-$VERSION.tar.gz" | sha256sum -c
tar xzf "tool-$VERSION.tar.gz"
