#!/bin/sh
# cosign with a key of one's own and no log: signatures as tags, as it has always kept them, and as referrers.
NAME=cosign
. /c/registry/common.sh
export COSIGN_PASSWORD=secret COSIGN_EXPERIMENTAL=1
image one "one"
skopeo copy -q --dest-tls-verify=false --dest-creds "$NAME:$PASSWORD" oci:one:latest "docker://$APP:1.0"
digest=$(v2 "$NAME/app/manifests/1.0" -I | tr -d '\r' | sed -n 's/^Docker-Content-Digest: //p')
http="--allow-http-registry --allow-insecure-registry"
sign="--key cosign.key --tlog-upload=false -y"
# From 3 on it wants to be told that nothing of a public instance is meant.
! cosign sign --help 2>&1 | grep -q use-signing-config || sign="$sign --use-signing-config=false --new-bundle-format=false"

ok "a pair of keys" cosign generate-key-pair
# It asks nobody when it is told one.
ok "login with a wrong password" cosign login "$HOST" -u "$NAME" -p wrong
refused "a wrong password" cosign sign $http $sign "$APP@$digest"
says "unauthorized|access denied"
ok login cosign login "$HOST" -u "$NAME" -p "$PASSWORD"
ok sign cosign sign $http $sign -a by=hand "$APP@$digest"
ok verify cosign verify $http --key cosign.pub --insecure-ignore-tlog --private-infrastructure "$APP:1.0"
says "$digest" '"by":"hand"'
ok "where it is" cosign triangulate $http "$APP:1.0"
says "$(echo "$digest" | tr : -)\.sig"
ok attest cosign attest $http $sign --type custom --predicate one/index.json "$APP@$digest"
ok "verify what was attested" cosign verify-attestation $http --key cosign.pub --insecure-ignore-tlog --private-infrastructure --type custom "$APP:1.0"
ok "a tree of it" cosign tree $http "$APP:1.0"
says Signatures Attestations

skopeo copy -q --src-tls-verify=false --dest-tls-verify=false --dest-creds "$NAME:$PASSWORD" oci:one:latest "docker://$HOST/$NAME/other:1.0"
ok "sign as a referrer" cosign sign $http $sign --registry-referrers-mode oci-1-1 "$HOST/$NAME/other@$digest"
ok "it is one" v2 "$NAME/other/referrers/$digest"
says '"artifactType":"application/vnd.dev.cosign'
! v2 "$NAME/other/tags/list" | jq -e '.tags[] | select(startswith("sha256-"))' >/dev/null || fail "it is a tag too"
ok "verify the referrer" cosign verify $http --key cosign.pub --insecure-ignore-tlog --private-infrastructure --experimental-oci11 "$HOST/$NAME/other:1.0"
ok "another pair of keys" sh -c "mkdir theirs && cd theirs && cosign generate-key-pair"
refused "verify with another key" cosign verify $http --key theirs/cosign.pub --insecure-ignore-tlog --private-infrastructure "$APP:1.0"
ok "copy with the signatures" cosign copy $http "$APP:1.0" "$APP/copied:1.0"
ok "verify the copy" cosign verify $http --key cosign.pub --insecure-ignore-tlog --private-infrastructure "$APP/copied:1.0"
ok clean cosign clean $http -f "$APP:1.0"
refused "verify what is clean" cosign verify $http --key cosign.pub --insecure-ignore-tlog --private-infrastructure "$APP:1.0"
refused "sign a foreign image" cosign sign $http $sign "$FOREIGN@$digest"
says "denied|unauthorized"
passed
