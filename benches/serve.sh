#!/usr/bin/env bash
# 304 answers and whole feeds, a large one and a small one, a CPU second of the server process, against nginx with one worker and the same
# bytes.
# Needs nginx, wrk and curl; BANTIN: the binary; BENCH_SECONDS: of one run (default 3); BENCH_TURNS: runs, the median counts (default 5).
set -euo pipefail
cd "$(dirname "$0")/.."
bantin=${BANTIN:-target/quick/bantin}
seconds=${BENCH_SECONDS:-3} turns=${BENCH_TURNS:-5}
for tool in nginx wrk curl; do
  command -v "$tool" >/dev/null || { echo "server: not run, $tool is not installed (apt-get install $tool)"; exit 0; }
done
dir=$(mktemp -d "${TMPDIR:-/tmp}/bantin-serve-XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT

free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
feed=feeds/demo.json
declare -A base ours
# up SIZE ARTICLES: a daemon with a site of so many articles, and its feed as files for nginx.
up() {
  local home=$dir/$1
  mkdir -p "$home" "$dir/www/$1/feeds"
  BENCH_ARTICLES=$2 BENCH_DIR=$home cargo bench -q --profile quick --bench fetch >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
  base[$1]=http://127.0.0.1:$(free)/
  sed -i "s#^listen = .*#listen = \"$(cut -d/ -f3 <<<"${base[$1]}")\"#" "$home/bantin.toml"
  "$bantin" --config "$home/bantin.toml" run >"$home/run.log" 2>&1 &
  ours[$1]=$!
  for _ in $(seq 200); do curl -sf "${base[$1]}readyz" >/dev/null && break; sleep 0.05; done
  curl -sf "${base[$1]}$feed" -o "$dir/www/$1/$feed"
  curl -sf -H 'Accept-Encoding: gzip' "${base[$1]}$feed" -o "$dir/www/$1/$feed.gz"
}
up large 120
up small 2

port=$(free)
static=$(nginx -V 2>&1 | grep -q gzip_static && echo 'gzip_static on;' || true)
cat >"$dir/nginx.conf" <<EOF
daemon off; worker_processes 1; pid $dir/nginx.pid; error_log $dir/error.log;
$([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 512; }
http {
  types { application/feed+json json; }
  access_log off; etag on; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; $static
  server { listen 127.0.0.1:$port; root $dir/www; }
}
EOF
nginx -c "$dir/nginx.conf" -p "$dir" 2>/dev/null &
master=$!
for _ in $(seq 100); do curl -sf "http://127.0.0.1:$port/large/$feed" -o /dev/null && break; sleep 0.05; done
theirs=$(pgrep -P "$master" | head -1)

ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
# rate PID URL HEADER: requests a CPU second.
rate() {
  local before after out
  before=$(ticks "$1")
  out=$(wrk -t1 -c16 -d"${seconds}s" -H "$3" "$2")
  after=$(ticks "$1")
  if grep -q 'Non-2xx or 3xx' <<<"$out"; then echo "wrk met faults: $out" >&2; exit 1; fi
  awk -v n="$(awk '/requests in/ { print $1 }' <<<"$out")" -v t=$((after - before)) 'BEGIN { printf "%.0f\n", n / (t / 100) }'
}
tag() { curl -sf -D- -o /dev/null "$1" | tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }'; }
median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

for size in large small; do
  echo "$size: a feed of $(wc -c <"$dir/www/$size/$feed") bytes, $(wc -c <"$dir/www/$size/$feed.gz") in gzip"
  for kind in 304 plain gzip; do
    for _ in $(seq "$turns"); do
      for who in ours theirs; do
        if [ $who = ours ]; then url=${base[$size]}$feed pid=${ours[$size]}; else url=http://127.0.0.1:$port/$size/$feed pid=$theirs; fi
        case $kind in
          304) header="If-None-Match: $(tag "$url")" ;;
          plain) header='Accept-Encoding: identity' ;;
          gzip) header='Accept-Encoding: gzip' ;;
        esac
        rate "$pid" "$url" "$header" >>"$dir/$size.$kind.$who"
      done
    done
    a=$(median "$dir/$size.$kind.ours") b=$(median "$dir/$size.$kind.theirs")
    awk -v k="$kind" -v a="$a" -v b="$b" 'BEGIN { printf "%-6s bantin %8d, nginx %8d answers a CPU second  bantin is %.2f times it (goal 1.0)\n", k, a, b, a / b }'
  done
done
