# What people push and pull with, as Debian has it. Docker 26 with buildx and compose is in the base already.
FROM docker:27-dind
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends buildah busybox-static cosign curl docker-registry jq oras podman skopeo >/dev/null \
 && rm -rf /var/lib/apt/lists/*
# Their own defaults are limits of 1048576, more than some machines grant.
RUN printf '[containers]\ndefault_ulimits = ["nofile=1024:4096", "nproc=16384:32768"]\n' >/etc/containers/containers.conf
ENV BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
VOLUME /var/lib/containers
