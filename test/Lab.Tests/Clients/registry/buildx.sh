# Sourced by docker.sh: buildx with its cache in the registry, and compose.
ok "buildx pushes" docker buildx build --provenance=false --push -t "$APP/bx:1.0" one
ok "what it pushed" docker pull -q "$APP/bx:1.0"
ok "run that" docker run --rm --network none "$APP/bx:1.0"
says "^one of $NAME$"
ok "buildx with a cache inside the image" docker buildx build --push --cache-to type=inline -t "$APP/bx:inline" two
ok "forget the cache" docker buildx prune -af
ok "buildx from that cache" docker buildx build --cache-from "type=registry,ref=$APP/bx:inline" -t "$APP/bx:again" two
says "CACHED"
if [ "$mode" = containerd ]; then
  ok "several platforms, with provenance" docker buildx build --platform linux/amd64,linux/arm64 --provenance=true --push -t "$APP/bx:multi" one
  ok "the index" v2 "$NAME/app/bx/manifests/multi"
  says '"architecture": *"amd64"' '"architecture": *"arm64"' 'attestation-manifest'
  for form in image-manifest=false,oci-mediatypes=false image-manifest=false,oci-mediatypes=true image-manifest=true,oci-mediatypes=true; do
    ok "a cache as $form" docker buildx build --cache-to "type=registry,ref=$APP/cache:main,mode=max,$form" -t cached two
    ok "forget the cache" docker buildx prune -af
    docker rmi -f cached >/dev/null 2>&1 || true
    ok "build from it" docker buildx build --cache-from "type=registry,ref=$APP/cache:main" -t cached two
    says "importing cache manifest from $APP/cache:main" "CACHED"
    ok "forget it again" docker buildx prune -af
  done
fi

cat >compose.yml <<YAML
services:
  web:
    build: { context: two }
    image: $APP/composed:1.0
    network_mode: none
YAML
ok "compose builds" docker compose build
ok "compose pushes" docker compose push
forget "$APP/composed:1.0"
ok "compose pulls" docker compose pull
ok "compose runs" docker compose up --no-build --no-color --abort-on-container-exit
says "two of $NAME"
ok "compose takes it down" docker compose down
forget "$APP/composed:1.0" "$APP/bx:1.0" "$APP/bx:again" "$APP/bx:inline" "$APP/bx:multi" cached
