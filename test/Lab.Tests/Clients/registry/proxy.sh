#!/bin/sh
# docker with the machine's own engine through a group's dependency proxy, from a docker-registry in here that wants the
# server's login: at UPSTREAM, for UPSTREAM_CREDENTIALS, which are those of UPSTREAM_HTPASSWD.
NAME=proxy
. /c/registry/common.sh
GROUP=team-of-$NAME
PROXY=$HOST/$GROUP/dependency_proxy/containers
upstream=

# start_upstream USER: who may pull there, with the password that it has anyway
start_upstream() {
  echo "$UPSTREAM_HTPASSWD" | sed "s/^[^:]*/$1/" >htpasswd
  cat >upstream.yml <<END
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $work/upstream } }
auth: { htpasswd: { realm: upstream, path: $work/htpasswd } }
http: { addr: "$UPSTREAM" }
END
  docker-registry serve upstream.yml >upstream.log 2>&1 &
  upstream=$!
  for _ in $(seq 100); do
    ! curl -s -o upstream.said "http://$UPSTREAM/v2/" || return 0
    sleep 0.1
  done
  cat upstream.log
  fail "docker-registry does not start"
}

stop_upstream() {
  [ -z "$upstream" ] || kill "$upstream"
  wait
  upstream=
}

forget() { for one in "$@"; do docker rmi -f "$one" >/dev/null 2>&1 || true; done; }

# It ends with nothing of ours in an engine that is not ours.
trap 'forget "$PROXY/one:1" "$PROXY/two:1" "$PROXY/new:1"; stop_upstream' EXIT

user=${UPSTREAM_CREDENTIALS%%:*}
api "$PASSWORD" POST groups "{\"name\":\"$GROUP\",\"path\":\"$GROUP\"}" >/dev/null
start_upstream "$user"
for one in one two; do
  image "$one" "$one of $NAME"
  skopeo copy -q --dest-tls-verify=false --dest-creds "$UPSTREAM_CREDENTIALS" "oci:$one:latest" "docker://$UPSTREAM/library/$one:1"
done

refused nobody docker pull "$PROXY/one:1"
says "unauthorized|denied|authentication required"
refused "a wrong password" sh -c "echo wrong | docker login -u $NAME --password-stdin $HOST"
says "unauthorized|denied"
ok login sh -c "echo $PASSWORD | docker login -u $NAME --password-stdin $HOST"
ok "cold pull" docker pull "$PROXY/one:1"
says "digest: sha256:[0-9a-f]{64}"
ok run docker run --rm --network none "$PROXY/one:1"
says "^one of $NAME$"
refused "an image that is not there" docker pull "$PROXY/none:1"
says "manifest unknown|has no library/none|not found"
docker tag "$PROXY/one:1" "$PROXY/new:1"
refused push docker push "$PROXY/new:1"
says "denied|unauthorized|unsupported"

stop_upstream
digest=$(docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$PROXY/one:1" | grep -m1 "^$PROXY/one@")
forget "$PROXY/new:1" "$PROXY/one:1"
ok "warm pull with the other registry dead" docker pull "$PROXY/one:1"
ok "run again" docker run --rm --network none "$PROXY/one:1"
says "^one of $NAME$"
forget "$PROXY/one:1"
ok "warm pull by digest" docker pull "$digest"
forget "$digest"
refused "cold pull with the other registry dead" docker pull "$PROXY/two:1"
says "cannot be reached"

start_upstream another
refused "cold pull when our login is wrong there" docker pull "$PROXY/two:1"
says "denied|denies"
ok "warm pull when our login is wrong there" docker pull "$PROXY/one:1"
stop_upstream
start_upstream "$user"
ok "cold pull when it is right again" docker pull "$PROXY/two:1"
ok "run another" docker run --rm --network none "$PROXY/two:1"
says "^two of $NAME$"
forget "$PROXY/one:1" "$PROXY/two:1"
ok logout docker logout "$HOST"
refused "nobody again" docker pull "$PROXY/one:1"
passed
