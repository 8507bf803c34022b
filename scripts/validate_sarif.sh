#!/bin/sh
# Validate SARIF files with the Multitool of the standard's editors: scripts/validate_sarif.sh FILE…
#
# Needs its Linux binary: npm install --prefix build/sarif @microsoft/sarif-multitool-linux
# or SARIF_MULTITOOL=/path/to/Sarif.Multitool. Warnings and notes are shown, errors are counted.
# Exit code 0: no errors · 1: errors · 2: no tool, or no file given.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
# Not the npm wrapper: it hands file names to a shell without quoting them.
packaged="$here/build/sarif/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
tool=${SARIF_MULTITOOL:-$packaged}
[ ! -f "$packaged" ] || chmod u+x "$packaged" # its install step, which npm may not run
if [ "$#" -eq 0 ] || [ ! -x "$tool" ]; then
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi

# A .NET program: without this it asks for the ICU library.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT INT TERM
status=0
for file in "$@"; do
  # Its exit code tells of crashes only: what it found is in the log that it writes.
  "$tool" validate "$file" --output "$found/log.sarif" --log ForceOverwrite \
    --rule-kind "Sarif;Ghas" --level "Error;Warning;Note" >"$found/said" 2>&1 || status=1
  if [ ! -s "$found/log.sarif" ]; then
    cat "$found/said" >&2
    echo "$file: could not be validated" >&2
    status=1
    continue
  fi
  python3 - "$file" "$found/log.sarif" <<'PYTHON' || status=1
import collections, json, sys

with open(sys.argv[2], encoding="utf-8-sig") as log:
    results = [r for run in json.load(log)["runs"] for r in run["results"]]
found = collections.Counter((r.get("level", "warning"), r["ruleId"]) for r in results)
errors = [r for r in results if r.get("level") == "error"]
for r in errors:
    print("error", r["ruleId"], r["message"].get("text") or r["message"].get("arguments"))
if not results:
    # every log of ours earns a few notes; silence means that the tool could not make sense of it
    sys.exit(f"{sys.argv[1]}: nothing was found, not even a note: the tool did not read the file")
told = ", ".join(f"{n} x {level} {rule}" for (level, rule), n in sorted(found.items()))
print(f"{sys.argv[1]}: {len(errors)} errors ({told})")
sys.exit(bool(errors))
PYTHON
  rm -f "$found/log.sarif"
done
exit "$status"
