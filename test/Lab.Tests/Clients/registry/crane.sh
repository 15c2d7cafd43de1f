#!/bin/sh
# crane: push, pull, copies with mounts, indexes, digests, lists, the catalog, deletes.
NAME=crane
. /c/registry/common.sh
image one "one"
skopeo copy -q oci:one:latest docker-archive:one.tar:one:latest

# It asks nobody when it is told one.
ok "login with a wrong password" crane auth login "$HOST" -u "$NAME" -p wrong
refused "a wrong password" crane push --insecure one.tar "$APP:1.0"
says "unauthorized|access denied"
ok login crane auth login "$HOST" -u "$NAME" -p "$PASSWORD"
ok push crane push --insecure one.tar "$APP:1.0"
ok "push again" crane push --insecure one.tar "$APP:1.0"
ok "copy to another project" crane copy --insecure "$APP:1.0" "$HOST/$NAME/other:1.0"
ok tag crane tag --insecure "$APP:1.0" stable
ok "an index" crane index append --insecure -m "$APP:1.0" -m "$HOST/$NAME/other:1.0" -t "$APP:multi"
ok "its manifest" crane manifest --insecure "$APP:multi"
says "manifests"
ok digest crane digest --insecure "$APP:stable"
says "^sha256:[0-9a-f]{64}$"
ok config crane config --insecure "$APP:1.0"
says '"architecture":"amd64"'
ok pull crane pull --insecure "$APP:1.0" back.tar
ok export crane export --insecure "$APP:1.0" files.tar
ok "its files" tar tf files.tar
says "^text$" "bin/busybox"
ok validate crane validate --insecure --remote "$APP:1.0"
ok mutate crane mutate --insecure -l org.example.by=hand -t "$APP:labelled" "$APP:1.0"
ok append crane append --insecure -b "$APP:1.0" -f files.tar -t "$APP:appended"
ok "list of tags" crane ls --insecure "$APP"
says "^1.0$" "^appended$" "^labelled$" "^multi$" "^stable$"
ok "list of tags in parts" v2 "$NAME/app/tags/list?n=2" -i
says 'rel="next"'
refused "the catalog" crane catalog --insecure "$HOST"
ok delete crane delete --insecure "$APP:stable"
ok "the image is left" crane digest --insecure "$APP:1.0"
refused "what is gone" crane digest --insecure "$APP:stable"
refused "a foreign project" crane pull --insecure "$FOREIGN:1" foreign.tar
says "denied|unauthorized"
refused "a push to a foreign project" crane push --insecure one.tar "$FOREIGN:2"
says "denied|unauthorized"
passed
