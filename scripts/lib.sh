# What the other scripts share: where things are, and how a stage is told. Sourced by bash.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
REPO=$PWD
CACHE=${HOLDFAST_CACHE:-$HOME/.cache/holdfast}
TOOLS=$CACHE/tools
mkdir -p "$CACHE" "$TOOLS"
export HOLDFAST_CACHE=$CACHE
# Outside the clone, so that a fresh one does not compile its dependencies again.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
export CARGO_TERM_PROGRESS_WHEN=never

# Tools that cargo builds, each with the version that we use.
MDBOOK=0.5.4
CARGO_DENY=0.20.2
PATH=$TOOLS/mdbook-$MDBOOK/bin:$TOOLS/cargo-deny-$CARGO_DENY/bin:$PATH

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# 4000 -> "66 min 40 s"
human() {
  if [ "$1" -ge 60 ]; then printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}
