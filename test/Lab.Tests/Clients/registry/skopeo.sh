#!/bin/sh
# skopeo: copy, also of whole indexes and between projects, sync both ways, list, inspect, delete.
NAME=skopeo
. /c/registry/common.sh
image one "one"
image two "two"

refused "a wrong password" skopeo login --tls-verify=false -u "$NAME" -p wrong "$HOST"
says "unauthorized|invalid username/password"
ok login skopeo login --tls-verify=false -u "$NAME" -p "$PASSWORD" "$HOST"
ok "copy in" skopeo copy --dest-tls-verify=false oci:one:latest "docker://$APP:1.0"
ok "copy in as Docker's" skopeo copy --dest-tls-verify=false --format v2s2 oci:two:latest "docker://$APP/deep/er:2.0"
ok "copy again" skopeo copy --dest-tls-verify=false oci:one:latest "docker://$APP:1.0"
ok "copy to another project" skopeo copy --src-tls-verify=false --dest-tls-verify=false "docker://$APP:1.0" "docker://$HOST/$NAME/other:1.0"
ok "copy out" skopeo copy --src-tls-verify=false "docker://$APP:1.0" oci:first:latest
ok "copy of the copy out" skopeo copy --src-tls-verify=false "docker://$HOST/$NAME/other:1.0" oci:second:latest
ok "they are the same" diff -r first/blobs second/blobs
ok inspect skopeo inspect --tls-verify=false "docker://$APP:1.0"
says '"Architecture": "amd64"'
ok "inspect the manifest" skopeo inspect --raw --tls-verify=false "docker://$APP/deep/er:2.0"
says 'application/vnd.docker.distribution.manifest.v2\+json'

ok "an index" buildah manifest create both
ok "its first" buildah manifest add --arch amd64 both oci:one:latest
ok "its second" buildah manifest add --arch arm64 both oci:two:latest
ok "push of an index" buildah manifest push --all --tls-verify=false both "docker://$APP:multi"
ok "copy of all of an index" skopeo copy --all --src-tls-verify=false --dest-tls-verify=false "docker://$APP:multi" "docker://$HOST/$NAME/other:multi"
ok "the index" skopeo inspect --raw --tls-verify=false "docker://$HOST/$NAME/other:multi"
says amd64 arm64
ok "one of it" skopeo copy --override-arch arm64 --src-tls-verify=false "docker://$HOST/$NAME/other:multi" oci:arm:latest

ok "list of tags" skopeo list-tags --tls-verify=false "docker://$APP"
says '"1.0"' '"multi"'
ok "sync out" skopeo sync --all --scoped --src docker --src-tls-verify=false --dest dir "$APP" mirror
ok "all tags came" ls "mirror/$APP:1.0/manifest.json" "mirror/$APP:multi/manifest.json"
mkdir in && mv "mirror/$APP:1.0" in/synced:9
ok "sync in" skopeo sync --src dir --dest docker --dest-tls-verify=false "$work/in" "$HOST/$NAME/other"
ok "it is there" skopeo inspect --tls-verify=false "docker://$HOST/$NAME/other/synced:9"

ok delete skopeo delete --tls-verify=false "docker://$APP:multi"
ok "list without it" skopeo list-tags --tls-verify=false "docker://$APP"
! grep -q multi out || fail "the tag is still there"
refused "inspect of what is gone" skopeo inspect --tls-verify=false "docker://$APP:multi"
says "manifest unknown"

refused "a foreign project" skopeo inspect --tls-verify=false "docker://$FOREIGN:1"
says "denied|unauthorized"
refused "a push to a foreign project" skopeo copy --dest-tls-verify=false oci:one:latest "docker://$FOREIGN:2"
says "denied|unauthorized"
refused "a project that is none" skopeo inspect --tls-verify=false "docker://$HOST/root/none-of-$NAME:1"
says "denied|unauthorized"
ok logout skopeo logout "$HOST"
refused "nobody" skopeo inspect --tls-verify=false "docker://$APP:1.0"
passed
