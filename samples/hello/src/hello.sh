#!/bin/sh
# Greets in the language asked for: hello LANGUAGE [NAME]
case ${1:-en} in
  --version) echo "hello @VERSION@"; exit 0 ;;
  de) greeting=Hallo ;;
  en) greeting=Hello ;;
  fr) greeting=Bonjour ;;
  *) echo "hello: no greeting in $1" >&2; exit 2 ;;
esac
echo "$greeting, ${2:-world}!"
