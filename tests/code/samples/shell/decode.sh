# shows: decodes and runs
echo ZWNobyBoZWxsbwo= | base64 -d | sh
