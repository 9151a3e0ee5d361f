#!/bin/sh
# Fits the corner shop and asks it what a newcomer would. The first argument is the command.
set -eu
exec 2>&1
cobuy=$1
here=$(cd "$(dirname "$0")" && pwd)
shop=$(mktemp -d)/shop.cobuy
trap 'rm -rf "$(dirname "$shop")"' EXIT

say() {
  printf '\n$ cobuy %s\n' "$*"
}

say fit orders.csv -o shop.cobuy
"$cobuy" fit "$here/orders.csv" -o "$shop" 2>&1 | sed 's|'"$shop"'|shop.cobuy|'

say also-bought shop.cobuy tea -n 4
"$cobuy" also-bought "$shop" tea -n 4

say also-bought shop.cobuy candle -n 5
"$cobuy" also-bought "$shop" candle -n 5

say also-bought shop.cobuy tea -n 1 --exclude teapot --format json
"$cobuy" also-bought "$shop" tea -n 1 --exclude teapot --format json

say also-bought shop.cobuy teapto
"$cobuy" also-bought "$shop" teapto || true

printf '\n%s\n' "Eight customers bought teapot, tea and cup together; candle and matches never go alone.
Milk is bought by nearly everyone, and so is no evidence: its lift is about 1.
What else there is to see: datasets/corner_shop/README.md"
