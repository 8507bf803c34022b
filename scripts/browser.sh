#!/bin/sh
# Pictures of a report in a real browser: scripts/browser.sh REPORT OUTDIR
#
# Opens the page in headless Chromium, in light, in dark and as wide as a phone, and writes
# OUTDIR/report-light.png, report-dark.png and report-phone.png.
# Exit code 0: three pictures · 1: one is missing or shows nothing · 2: no browser, no page.
set -eu

if [ "$#" -ne 2 ] || [ ! -f "$1" ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
browser=${BROWSER_PROGRAM:-}
for name in chromium chromium-browser google-chrome; do
  [ -n "$browser" ] || browser=$(command -v "$name" || true)
done
if [ -z "$browser" ]; then
  echo "No Chromium here; on Debian: apt-get install chromium (or BROWSER_PROGRAM=/path/to/it)" >&2
  exit 2
fi

page=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mkdir -p "$2"
out=$(cd "$2" && pwd)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT INT TERM

# 1706 pixels show the first two tables of the demo whole: docs/images/report.png is report-light.png.
# A browser's window has a least width; a frame in a page has none.
cat >"$profile/phone.html" <<HTML
<!doctype html><title>As wide as a phone</title>
<style>body { margin: 0 } iframe { border: 0; width: 390px; height: 1700px }</style>
<iframe src="file://$page"></iframe>
HTML

picture() { # name, page, width and height, more options
  file="$out/report-$1.png"
  rm -f "$file"
  # --no-sandbox: as root, and in most containers, Chromium cannot make its own; the page is
  # ours, runs no script and loads nothing.
  timeout 60 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
    --user-data-dir="$profile/$1" --window-size="$3" --screenshot="$file" ${4:+"$4"} \
    "file://$2" >"$profile/$1.said" 2>&1 || true
  # An empty page makes a picture of a few kilobytes.
  if [ ! -s "$file" ] || [ "$(wc -c <"$file")" -lt 20000 ]; then
    cat "$profile/$1.said" >&2
    echo "$file: no picture of the page" >&2
    exit 1
  fi
  echo "wrote $file"
}

picture light "$page" 1200,1706 --blink-settings=preferredColorScheme=1
picture dark "$page" 1200,1706 --blink-settings=preferredColorScheme=0
picture phone "$profile/phone.html" 390,1700 --blink-settings=preferredColorScheme=1
