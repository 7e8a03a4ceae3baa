#!/bin/sh
# Sorts a service's jars into layers, for the build stage of the Containerfile. What several services need is in a layer
# that they share; the rest is the service's own. Usage: assemble.sh SERVICE LAYER…
set -eu

service="$1"
shift
image=/image
own="$image/$service/lib"
mkdir -p "$own"

layer() { # a module of the chassis and its libraries, without what the layers before it hold
  local_name="$1"
  target="$image/layer-$local_name/lib"
  [ ! -d "$target" ] || return 0
  mkdir -p "$target"
  for jar in "chassis/$local_name"/target/lib/*.jar "chassis/$local_name"/target/perilune-chassis-*.jar; do
    place "$jar" "$target" "$image"/layer-*/lib
  done
}

place() { # a jar, where it goes, and where it may be already
  jar="$1"
  to="$2"
  shift 2
  for there in "$@"; do
    [ ! -f "$there/${jar##*/}" ] || return 0
  done
  cp "$jar" "$to"
}

folders=""
for name in "$@"; do
  layer "$name"
  folders="$folders $image/layer-$name/lib"
done
for jar in "services/$service"/target/lib/*.jar "services/$service"/target/perilune-"$service"-*.jar; do
  # shellcheck disable=SC2086 # a list of folders
  place "$jar" "$own" $folders
done

path=""
# shellcheck disable=SC2086
for jar in $(cd / && ls "$own" $folders | grep '\.jar$' | LC_ALL=C sort -u); do
  path="$path:/opt/perilune/lib/$jar"
done
stem="$(printf '%s' "$service" | sed -E 's/(^|-)([a-z])/\U\2/g')"
package="$(printf '%s' "$service" | tr -d -)"
{
  cat deploy/image/java.options
  printf -- '-cp %s\norg.perilune.%s.%sService\n' "${path#:}" "$package" "$stem"
} >"$image/$service/$service.args"
probe="$(ls "$image/layer-runtime/lib" | grep '^perilune-chassis-runtime-')"
printf -- '-XX:+UseSerialGC\n-XX:TieredStopAtLevel=1\n-Xmx16m\n-cp /opt/perilune/lib/%s\norg.perilune.chassis.server.Probe\n' \
  "$probe" >"$image/layer-runtime/probe.args"
cp deploy/image/training.properties "$image/layer-runtime/"
# The same input makes the same layers.
find "$image" -exec touch -d '2026-11-21T00:00:00Z' {} +
