# Sourced by the scripts beside it. SERVER and TOKEN say where and as which administrator, DEBIAN whose clients these are; NAME is the script's own.
# It makes a user NAME with a private project NAME/app, and a private project with an image that NAME may not see.
set -eu
. /c/checks.sh
NAME=$NAME-$DEBIAN
work=$(mktemp -d)
cd "$work"
export HOME=$work NO_COLOR=1
HOST=${SERVER#http://}
HOST=${HOST%/}
APP=$HOST/$NAME/app
FOREIGN=$HOST/root/secret-of-$NAME

# says REGEX…: each matches something that the last command printed
says() { says_by -iE "$@"; }

# api TOKEN METHOD PATH [JSON]
api() {
  curl -fsS -X "$2" -H "PRIVATE-TOKEN: $1" -H "Content-Type: application/json" ${4:+-d "$4"} "http://$HOST/api/v4/$3"
}

# v2 PATH [CURL ARGUMENT…]: as NAME, past all clients
v2() {
  path=$1
  shift
  curl -fsS -u "$NAME:$PASSWORD" "$@" "http://$HOST/v2/$path"
}

# image FOLDER TEXT: an OCI layout of two layers, a static shell and a text, without any registry
image() {
  mkdir -p "$1.context"
  cp /bin/busybox "$1.context/"
  echo "$2" >"$1.context/text"
  printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY text /text\nCMD ["/bin/busybox", "cat", "/text"]\n' >"$1.context/Dockerfile"
  buildah build -q --layers=false -t "oci:$work/$1:latest" "$1.context" >/dev/null
}

id=$(api "$TOKEN" POST users "{\"username\":\"$NAME\",\"name\":\"$NAME\",\"email\":\"$NAME@example.com\",\"password\":\"correct horse $NAME\",\"skip_confirmation\":true}" | jq .id)
PASSWORD=$(api "$TOKEN" POST "users/$id/personal_access_tokens" '{"name":"clients","scopes":["api","read_registry","write_registry"]}' | jq -r .token)
api "$PASSWORD" POST projects '{"name":"app"}' >/dev/null
api "$PASSWORD" POST projects '{"name":"other"}' >/dev/null
api "$TOKEN" POST projects "{\"name\":\"secret-of-$NAME\"}" >/dev/null
image secret "nobody's business"
skopeo copy -q --dest-tls-verify=false --dest-creds "root:$TOKEN" oci:secret:latest "docker://$FOREIGN:1"
