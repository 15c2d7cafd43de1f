#!/bin/sh
# Tests PROGRAM against WORDS in one language and prints a JUnit report: run.sh PROGRAM WORDS LANGUAGE
program=$1 words=$2 language=$3 failed=0
greeting=$(sed -n "s/^$language //p" "$words")

check() { # NAME EXPECTED ACTUAL
  printf '  <testcase classname="greeting.%s" name="%s"' "$language" "$1"
  if [ "$2" = "$3" ]; then
    echo '/>'
  else
    failed=1
    printf '><failure message="expected %s, got %s"/></testcase>\n' "$2" "$3"
  fi
}

echo '<testsuite name="hello">'
check "greets the world" "$greeting, world!" "$("$program" "$language")"
check "greets by name" "$greeting, Ada!" "$("$program" "$language" Ada)"
check "refuses a language it does not know" 2 "$("$program" xx 2>/dev/null; echo $?)"
echo '</testsuite>'
exit $failed
