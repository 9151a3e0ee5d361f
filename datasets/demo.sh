#!/bin/sh
# Makes a simulated shop and asks of it what a newcomer would. Arguments: the generator, the command.
set -eu
exec 2>&1
generate=$1
cobuy=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

ask() {
  printf '\n$ cobuy %s\n' "$*"
  "$cobuy" "$@"
}

printf '%s\n' '$ generate . --customers 2000 --seed 1'
"$generate" . --customers 2000 --seed 1
ask doctor orders.csv --items items.csv --customers customers.csv --events events.csv --spend spend.csv
ask fit orders.csv --items items.csv --customers customers.csv --events events.csv --spend spend.csv \
  --ignore shipping --ignore gift-wrap -o shop.cobuy
ask also-bought shop.cobuy espresso-birch -n 3
ask also-bought shop.cobuy espresso-birch -n 3 --filter 'in_stock and price <= context.price / 4' --boost 'margin / price'
ask rule explain "count(orders in last 12mo) >= 2 and no(purchases where category under 'baby')" --shop shop.cobuy \
  --customer c0000006
ask recommend shop.cobuy --basket espresso-birch --basket cup-stars -n 4
ask recommend shop.cobuy c0000006 -n 4
ask explain shop.cobuy bodysuit-stripes-62-blue --customer c0000006
ask fit orders.csv --items items.csv --ignore shipping --measure confidence --within-days 120 -q -o next.cobuy
ask also-bought next.cobuy bodysuit-stripes-56-blue -n 2
ask forget shop.cobuy c0000006 -q
ask recommend shop.cobuy c0000006 -n 2

printf '\n%s\n' "The truth that was planted: a care kit goes with its espresso machine, cup, cookbook and vase are a
bundle, and 85 of 100 who buy a bodysuit of size 56 need a 62 some 60 days later (truth.json)."
