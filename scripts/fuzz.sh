#!/bin/sh
# Runs every fuzz target of the tree, one after the other, for the time given.
set -eu
time=${1:-2m}
grep -rnoE '^func Fuzz[A-Za-z]+' --include='*_test.go' . | sort | while IFS=: read -r file _ func; do
	target=${func#func }
	echo "== $target in $(dirname "$file") for $time"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x "$(dirname "$file")"
done
