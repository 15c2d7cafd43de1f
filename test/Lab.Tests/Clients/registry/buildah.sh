#!/bin/sh
# buildah and podman: build, push in every form they have, an index, pull again; podman fetches a part of a layer that is compressed for it.
NAME=buildah
. /c/registry/common.sh
mkdir context
cp /bin/busybox context/
head -c 3000000 /dev/urandom >context/data
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY data /data\nRUN ["/bin/busybox", "sh", "-c", "/bin/busybox echo built >/built"]\nCMD ["/bin/busybox", "cat", "/built"]\n' >context/Dockerfile

refused "a wrong password" sh -c "echo wrong | buildah login --tls-verify=false -u $NAME --password-stdin $HOST"
says "unauthorized|invalid username/password"
ok login buildah login --tls-verify=false -u "$NAME" -p "$PASSWORD" "$HOST"
ok build buildah build --layers -t "$APP:1.0" context
ok push buildah push --tls-verify=false "$APP:1.0"
ok "push as Docker's" buildah push --tls-verify=false --format docker "$APP:1.0" "docker://$APP/docker:1.0"
ok "push with a digest file" buildah push --tls-verify=false --digestfile digest --compression-format zstd "$APP:1.0" "docker://$APP:zstd"
ok "the digest is the registry's" v2 "$NAME/app/manifests/$(cat digest)" -I
says "Docker-Content-Digest: $(cat digest)"
ok "build with a cache in the registry" buildah build --layers --tls-verify=false --cache-to "$APP/cache" -t "$APP:2.0" context
ok "forget all" buildah rmi -a -f
ok "build from that cache" buildah build --layers --tls-verify=false --cache-from "$APP/cache" -t "$APP:2.0" context
says "cache"
ok "forget all again" buildah rmi -a -f
ok pull buildah pull --tls-verify=false "$APP:1.0"
container=$(buildah from --tls-verify=false "$APP:1.0")
ok "run what was pulled" buildah run "$container" -- /bin/busybox cat /built
says '^built$'
buildah rm "$container" >/dev/null

ok "an index" buildah manifest create "$APP:multi"
ok "its first" buildah manifest add --tls-verify=false --arch amd64 "$APP:multi" "docker://$APP:1.0"
ok "its second" buildah manifest add --tls-verify=false --arch arm64 "$APP:multi" "docker://$APP:zstd"
ok "push of it" buildah manifest push --all --tls-verify=false "$APP:multi" "docker://$APP:multi"
ok "the index" v2 "$NAME/app/manifests/multi"
says '"architecture":"amd64"' '"architecture":"arm64"'
ok "an index of nothing" buildah manifest create "$APP:nothing"
ok "push of nothing" buildah manifest push --all --tls-verify=false "$APP:nothing" "docker://$APP:nothing"

ok "podman's push in parts" podman push --tls-verify=false --compression-format zstd:chunked "$APP:1.0" "docker://$APP:chunked"
ok "forget all at last" podman rmi -a -f
ok "podman's pull" podman pull --tls-verify=false "$APP:chunked"
ok "podman's search of tags" podman search --list-tags --tls-verify=false "$APP"
says chunked multi
ok "podman inspects an index" podman manifest inspect --tls-verify=false "$APP:multi"

refused "a foreign project" buildah pull --tls-verify=false "$FOREIGN:1"
says "denied|unauthorized"
refused "a push to a foreign project" podman push --tls-verify=false "$APP:chunked" "docker://$FOREIGN:2"
says "denied|unauthorized"
ok logout buildah logout "$HOST"
refused "nobody" buildah pull --tls-verify=false "$APP:2.0"
passed
