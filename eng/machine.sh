# Sourced by the scripts beside it: gives this machine what the tests can use, and says what it leaves out.
# A second run finds everything there and takes seconds. Sets DOCKER_HOST when it is the lab's engine that serves.

# Programs that tests run, each with its Debian package.
tools=(
  dockerd:docker.io iptables:iptables ip:iproute2 curl:curl skopeo:skopeo docker-registry:docker-registry
  busybox:busybox-static dash:dash git-lfs:git-lfs zsh:zsh fish:fish initdb:postgresql chromium:chromium
)

# Debian keeps PostgreSQL's server out of the PATH.
PATH=$PATH$(printf ':%s' /usr/lib/postgresql/*/bin)

machine_note() { printf 'machine: %s\n' "$*"; }

install_tools() {
  local tool missing=()
  for tool in "${tools[@]}"; do
    command -v "${tool%%:*}" >/dev/null 2>&1 || missing+=("${tool#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    machine_note "not installed (needs root and apt): ${missing[*]}; tests that want them skip"
    return 0
  fi
  machine_note "installing ${missing[*]}"
  # A package's service must not start: the lab starts the engine its own way.
  local policy=/usr/sbin/policy-rc.d ours=
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=1
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
    machine_note "apt-get failed; tests that want ${missing[*]} skip"
  [ -z "$ours" ] || rm -f "$policy"
}

engine_answers() { command -v docker >/dev/null 2>&1 && timeout 10 docker version >/dev/null 2>&1; }

# The images the lab builds, one name a line: those it builds unasked, and GitLab's clients.
lab_images() { echo lab/gitlab-clients:latest; bash "$1/build-images.sh" list | grep -v "^(if named)" | tr " " "\n" | grep -E "^[a-z].*[^:]:[^:]" || true; }

# Builds are skipped when the same scripts have built before and every image still stands in the engine.
build_images() {
  local lab=$1 stamp=$LAB_WORK/slipway-built now images
  now=$(cat "$lab/build-images.sh" "$lab/runtime/runc" | sha256sum)
  images=$(lab_images "$lab")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && [ -n "$images" ] && xargs docker image inspect >/dev/null 2>&1 <<<"$images" &&
    [ "$(docker inspect -f '{{.State.Running}}' lab-mirror 2>/dev/null)" = true ]; then
    machine_note "images are there"
    return 0
  fi
  machine_note "building images (two minutes the first time)"
  if "$lab/build-images.sh" && "$lab/build-images.sh" clients && "$lab/build-images.sh" mirror; then echo "$now" >"$stamp"; else return 1; fi
}

start_engine() {
  local lab=${SLIPWAY_LAB:-${SLIPWAY_SHARED:-../shared}/lab}
  if [ -x "$lab/start-dockerd.sh" ] && [ "$(id -u)" = 0 ]; then
    lab=$(cd "$lab" && pwd)
    export LAB_DOCKER=${LAB_DOCKER:-$HOME/.cache/slipway-lab/docker} LAB_WORK=${LAB_WORK:-$HOME/.cache/slipway-lab/work}
    mkdir -p "$LAB_DOCKER" "$LAB_WORK"
    if "$lab/start-dockerd.sh" start; then
      eval "$("$lab/start-dockerd.sh" env)"
      build_images "$lab" || machine_note "not every image could be built; tests that want them skip"
      return 0
    fi
    machine_note "the lab's engine does not start"
  fi
  if engine_answers; then machine_note "using the Docker engine that answers"; else machine_note "no Docker engine; its tests skip"; fi
}

install_tools
start_engine
