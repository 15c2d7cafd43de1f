# The newest that Debian has of the same, with crane: what it is today need not be what it is tomorrow.
FROM debian:trixie-slim
RUN uri=$(grep -hoE 'https?://[^ ]+' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1) \
 && rm -rf /etc/apt/sources.list /etc/apt/sources.list.d \
 && mkdir /etc/apt/sources.list.d \
 && echo "deb $uri sid main" >/etc/apt/sources.list \
 && apt-get -o Acquire::Check-Valid-Until=false update -qq \
 && apt-get install -y -qq --no-install-recommends \
      buildah busybox-static ca-certificates cosign crane curl docker-buildx docker-cli docker-compose docker.io iptables jq oras podman skopeo >/dev/null \
 && rm -rf /var/lib/apt/lists/*
RUN printf '[containers]\ndefault_ulimits = ["nofile=1024:4096", "nproc=16384:32768"]\n' >/etc/containers/containers.conf
ENV BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
VOLUME /var/lib/containers
