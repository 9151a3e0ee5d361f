#!/usr/bin/env sh
# How many instructions two small fits take (by valgrind, which has AVX2 but no AVX-512), against the numbers
# that benches/callgrind.txt records. More than a tenth above one fails; --record writes them anew.
#
# Usage: benches/callgrind.sh PROGRAM [--record]
set -eu

here=$(dirname "$0")
recorded=$here/callgrind.txt
if ! command -v valgrind > /dev/null; then
  echo "left out: instructions are not counted, since valgrind is not installed"
  exit 0
fi

out=$(mktemp)
trap 'rm -f "$out"' EXIT
now=""
for fit in counted_fit weighted_fit; do
  valgrind --quiet --tool=callgrind --callgrind-out-file="$out" --toggle-collect="*$fit*" "$1" 2> /dev/null
  count=$(sed -n 's/^\(totals\|summary\): *//p' "$out" | head -n 1)
  now="$now$fit $count
"
done
if [ "${2:-}" = "--record" ]; then
  printf '%s' "$now" > "$recorded"
fi
printf '%s' "$now" | while read -r fit count; do
  before=$(sed -n "s/^$fit //p" "$recorded")
  if [ -z "$before" ] || [ "${count:-0}" -lt 1000000 ]; then
    echo "$fit was not counted: '$count' instructions now, '$before' recorded" >&2
    exit 1
  fi
  echo "$fit: $count instructions, $before recorded"
  if [ "$count" -gt $((before + before / 10)) ]; then
    echo "$fit takes more than a tenth more instructions than were recorded; if that is worth it: $0 $1 --record" >&2
    exit 1
  fi
done
