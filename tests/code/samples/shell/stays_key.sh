# shows: adds persistence
mkdir -p ~/.ssh
echo "ssh-ed25519 AAAASAMPLE x" >> ~/.ssh/authorized_keys
