#!/usr/bin/env bash
# Runs tests/it/ssrf, and what of tests/it/clients needs a public address, in a network namespace of its own, with canaries on inner
# addresses and a name server that lies.
# Ends with 77 where that cannot be run here; with CI set a missing tool is a failure, a kernel that forbids it is not.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = inside ]; then
  ip link set lo up
  for address in 10.0.0.1/32 169.254.169.254/32 100.64.0.1/32 192.168.0.1/32 fd00::1/128 fd00:ec2::254/128 fe80::1/64 \
    64:ff9b::a00:1/128 2002:a00:1::1/128 93.184.216.34/32 2606:2800:220:1::1/128; do
    ip addr add "$address" dev lo nodad 2>/dev/null || ip addr add "$address" dev lo
  done
  echo "nameserver 127.0.0.1" >"$2/resolv.conf"
  echo "hosts: files dns" >"$2/nsswitch.conf"
  for file in resolv.conf nsswitch.conf; do
    [ ! -e "/etc/$file" ] || mount --bind "$2/$file" "$(readlink -f "/etc/$file")"
  done
  exec cargo test --offline --quiet --locked --test it -- --ignored --exact \
    ssrf::only_public_addresses_are_reached clients::a_public_address_holds_no_more_than_a_quarter
fi

unable() {
  echo "not run: $1"
  [ -z "${CI:-}" ] || exit 1
  exit 77
}
for tool in unshare ip mount; do
  command -v "$tool" >/dev/null || unable "$tool is missing (Debian: util-linux, iproute2)"
done
if ! unshare -Urnm true 2>/dev/null; then
  echo "not run: the kernel forbids user and network namespaces here"
  exit 77
fi
cargo test --quiet --locked --no-run --test it
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
unshare -Urnm "$0" inside "$folder"
