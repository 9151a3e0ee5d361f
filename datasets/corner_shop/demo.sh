#!/bin/sh
# Fits the corner shop and asks it what a newcomer would. The first argument is the command.
set -eu
exec 2>&1
cobuy=$1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here/orders.csv" "$folder"
cd "$folder"

ask() {
  printf '\n$ cobuy %s\n' "$*"
  "$cobuy" "$@"
}

ask fit orders.csv -o shop.cobuy
ask also-bought shop.cobuy tea -n 4
ask also-bought shop.cobuy candle -n 5
ask also-bought shop.cobuy tea -n 1 --exclude teapot --format json
ask also-bought shop.cobuy teapto || true

printf '\n%s\n' "Eight customers bought teapot, tea and cup together; candle and matches never go alone.
Milk is bought by nearly everyone, and so is no evidence: its lift is about 1.
What else there is to see: datasets/corner_shop/README.md"
