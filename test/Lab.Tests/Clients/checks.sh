# Sourced by the scripts in and below this folder: what they check with, and how many checks that were.
checks=0

fail() {
  echo "FAIL $1"
  [ ! -f out ] || cat out
  exit 1
}

# ok WHAT COMMAND…: it must succeed; what it prints is in ./out
ok() {
  what=$1
  shift
  "$@" >out 2>&1 </dev/null || fail "$what: exit $?"
  checks=$((checks + 1))
  echo "ok $what"
}

# refused WHAT COMMAND…: it must not
refused() {
  what=$1
  shift
  ! "$@" >out 2>&1 </dev/null || fail "$what: it was allowed"
  checks=$((checks + 1))
  echo "ok $what"
}

# says_by FLAGS TEXT…: grep, with these flags, finds each in what the last command printed
says_by() {
  flags=$1
  shift
  for text in "$@"; do
    grep -q "$flags" -- "$text" out || fail "${what:-it}: it does not say: $text"
    checks=$((checks + 1))
  done
}

passed() { echo "PASS $checks checks"; }
