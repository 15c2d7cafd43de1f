#!/bin/sh
# oras: artifacts, what is attached to them, copies with all that refers to them, blobs and manifests by hand.
NAME=oras
. /c/registry/common.sh
echo "a report" >report.txt
echo '{"components":[]}' >sbom.json
: >empty.txt

refused "a wrong password" oras login --plain-http -u "$NAME" -p wrong "$HOST"
says "401|denied|unauthorized"
ok login oras login --plain-http -u "$NAME" -p "$PASSWORD" "$HOST"
ok push oras push --plain-http --artifact-type application/vnd.example.report "$APP:1.0" report.txt:text/plain
ok "push of several tags" oras push --plain-http --artifact-type application/vnd.example.report "$APP:a,b,c" report.txt:text/plain empty.txt:text/plain
ok "list of tags" oras repo tags --plain-http "$APP"
says '^1\.0$' '^a$' '^b$' '^c$'
ok attach oras attach --plain-http --artifact-type application/vnd.example.sbom -a org.example.by=hand "$APP:1.0" sbom.json:application/json
ok "attach another" oras attach --plain-http --artifact-type application/vnd.example.scan "$APP:1.0" report.txt:text/plain
! v2 "$NAME/app/tags/list" | jq -e '.tags[] | select(startswith("sha256-"))' >/dev/null || fail "a fallback tag: it took the referrers for missing"
ok discover oras discover --plain-http "$APP:1.0"
says vnd.example.sbom vnd.example.scan
ok "discover of one type" oras discover --plain-http --format json --artifact-type application/vnd.example.sbom "$APP:1.0"
says '"org.example.by": "hand"'
! grep -q vnd.example.scan out || fail "the other type too"
ok "copy with all that refers to it" oras cp -r --from-plain-http --to-plain-http "$APP:1.0" "$HOST/$NAME/other:1.0"
ok "discover of the copy" oras discover --plain-http "$HOST/$NAME/other:1.0"
says vnd.example.sbom vnd.example.scan
ok "copy to a layout" oras cp -r --from-plain-http --to-oci-layout "$HOST/$NAME/other:1.0" layout:1.0
ok "and back" oras cp -r --from-oci-layout --to-plain-http layout:1.0 "$APP/from-layout:1.0"
mkdir pulled
ok pull oras pull --plain-http -o pulled "$APP/from-layout:1.0"
ok "the same came" cmp report.txt pulled/report.txt
ok "tag" oras tag --plain-http "$APP:1.0" latest stable
ok "resolve" oras resolve --plain-http "$APP:stable"
says '^sha256:[0-9a-f]{64}$'

ok "blob push" oras blob push --plain-http "$APP" report.txt
digest=sha256:$(sha256sum report.txt | cut -d' ' -f1)
ok "blob fetch" oras blob fetch --plain-http -o fetched "$APP@$digest"
ok "the same blob" cmp report.txt fetched
refused "delete of a blob in use" oras blob delete --plain-http -f "$APP@$digest"
says "needs the blob"
ok "manifest fetch" oras manifest fetch --plain-http -o manifest.json "$APP:1.0"
ok "manifest push" oras manifest push --plain-http "$APP:by-hand" manifest.json
ok "the config" oras manifest fetch-config --plain-http "$APP:1.0"
ok "delete" oras manifest delete --plain-http -f "$APP:a"
refused "fetch of what is gone" oras manifest fetch --plain-http "$APP:b"
says "not found"
ok "its own artifact is left" oras manifest fetch --plain-http "$APP:stable"

refused "a foreign project" oras pull --plain-http "$FOREIGN:1"
says "denied|unauthorized|401"
refused "a push to a foreign project" oras push --plain-http "$FOREIGN:2" report.txt:text/plain
says "denied|unauthorized|401"
refused "discover in a foreign project" oras discover --plain-http "$FOREIGN:1"
ok logout oras logout "$HOST"
refused nobody oras pull --plain-http "$APP:1.0"
passed
