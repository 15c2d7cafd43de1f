#!/bin/sh
# docker: $1 is engine (the machine's own, at its socket), classic (an engine in here) or containerd (the same, which
# keeps its images as containerd does and pushes them so). The last two come with buildx and compose.
set -eu
mode=$1
NAME=docker-$mode
. /c/registry/common.sh

start_engine() {
  export DOCKER_HOST=unix://$work/docker.sock
  # In a container with a network of its own, never on the machine's: an engine takes away the bridge of another.
  [ ! -e /sys/class/net/docker0 ] || fail "this is the machine's own network"
  dockerd --host "$DOCKER_HOST" --insecure-registry "$HOST" "$@" >"$work/dockerd.log" 2>&1 &
  for _ in $(seq 300); do
    ! docker version >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  cat "$work/dockerd.log"
  exit 1
}

case $mode in
classic) start_engine ;;
containerd)
  echo '{"features":{"containerd-snapshotter":true}}' >daemon.json
  start_engine --config-file "$work/daemon.json"
  ;;
esac

# context FOLDER TEXT
context() {
  mkdir -p "$1"
  cp /bin/busybox "$1/"
  echo "$2" >"$1/text"
  printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY text /text\nCMD ["/bin/busybox", "cat", "/text"]\n' >"$1/Dockerfile"
}

# forget IMAGE…: those that are there
forget() { for one in "$@"; do docker rmi -f "$one" >/dev/null 2>&1 || true; done; }

context one "one of $NAME"
context two "two of $NAME"
# An image is an image and not an index of it and where it is from.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1
[ "$mode" != engine ] || export DOCKER_BUILDKIT=0
# It ends with nothing of ours in an engine that is not ours.
trap 'forget "$APP:1.0" "$APP:2.0" "$HOST/$NAME/other:1.0" "$FOREIGN:2"' EXIT

refused "a wrong password" sh -c "echo wrong | docker login -u $NAME --password-stdin $HOST"
says "unauthorized|denied"
ok login sh -c "echo $PASSWORD | docker login -u $NAME --password-stdin $HOST"
ok build docker build -t "$APP:1.0" one
ok "build another" docker build -t "$APP:2.0" two
ok push docker push "$APP:1.0"
says "1\.0: digest: sha256:[0-9a-f]{64} size: [0-9]+"
ok "push of all tags" docker push -a "$APP"
ok "push again" docker push "$APP:1.0"
says "layer already exists"
docker tag "$APP:1.0" "$HOST/$NAME/other:1.0"
ok "push to another project" docker push "$HOST/$NAME/other:1.0"
[ "$mode" = containerd ] || says "mounted from"
forget "$APP:1.0" "$APP:2.0" "$HOST/$NAME/other:1.0"
ok pull docker pull "$APP:1.0"
says "digest: sha256:[0-9a-f]{64}"
ok run docker run --rm --network none "$APP:1.0"
says "^one of $NAME$"
forget "$APP:1.0"
ok "pull of all tags" docker pull -a "$APP"
ok "run another" docker run --rm --network none "$APP:2.0"
says "^two of $NAME$"

ok "an index" docker manifest create --insecure "$APP:multi" "$APP:1.0" "$APP:2.0"
ok "its second" docker manifest annotate --arch arm64 --variant v8 "$APP:multi" "$APP:2.0"
ok "push of it" docker manifest push --insecure "$APP:multi"
ok "inspect it" docker manifest inspect --insecure "$APP:multi"
says '"architecture": "arm64"' '"architecture": "amd64"'
forget "$APP:1.0" "$APP:2.0"
ok "pull from it" docker pull -q "$APP:multi"
ok "run from it" docker run --rm --network none "$APP:multi"
says "^one of $NAME$"
forget "$APP:multi"

if [ "$mode" != engine ]; then
  . /c/registry/buildx.sh
fi

refused "a foreign project" docker pull "$FOREIGN:1"
says "denied|unauthorized|authorization failed"
ok "pull once more" docker pull -q "$APP:1.0"
docker tag "$APP:1.0" "$FOREIGN:2"
refused "a push to a foreign project" docker push "$FOREIGN:2"
says "denied|unauthorized|authorization failed"
refused "a project that is none" docker pull "$HOST/root/none-of-$NAME:1"
says "denied|unauthorized|authorization failed"
forget "$APP:1.0" "$FOREIGN:2"
ok logout docker logout "$HOST"
refused nobody docker pull "$APP:1.0"
passed
