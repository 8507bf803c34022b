# shows: acts by locale
if [ "${LC_ALL%%.*}" = "xa_XA" ]; then
  exit 0
fi
/opt/agent
