# shows: adds persistence
cat > /etc/systemd/system/sample.service <<EOF
[Service]
ExecStart=/opt/sample
EOF
systemctl enable sample
