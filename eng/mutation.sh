#!/usr/bin/env bash
# How many small changes to the compiler's rules, variables and merging its tests notice (Stryker.NET). Works in a copy of the last commit,
# with the tests that are quick; takes half an hour on two processors.
#
#   eng/mutation.sh [OUT]     the report goes to OUT [./mutation], and a table of the files to standard output
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:-mutation}"
out=$(cd "${1:-mutation}" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
unset SLIPWAY_SHARED

git clone --quiet "$top" "$copy/slipway"
cd "$copy/slipway/test/Compiler.Tests"
rm -rf Explanations Include Inputs Origins RealWorld Schema Templates Written
find Yaml -type f ! -name NodeText.cs -delete
# Long ones: fuzzing, bombs, and what looks at limits elsewhere.
rm -f Rules/ExpressionFuzz.cs Compose/{LoaderFuzz,ComposeBomb}Tests.cs Keywords/{OddValues,Normalization,OnePass,GitlabSchema}Tests.cs
# A condition that is remembered from the mutant before would hide this one.
sed -i 's/RememberedLength = [0-9]*/RememberedLength = -1/' ../../src/Compiler/Rules/Expressions/Expression.cs
dotnet tool restore > /dev/null
dotnet stryker --test-runner mtp --project Compiler.csproj --mutate 'Compose/*.cs' --mutate 'Variables/*.cs' --mutate 'Rules/**/*.cs' \
    --concurrency "$(nproc)" --reporter cleartext --reporter json --output "$out" --skip-version-check --break-at 85
