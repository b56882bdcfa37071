# shellcheck shell=bash
# What scripts/demo and scripts/test share: fetch what the machine lacks, into this folder alone.
#
#   lobby_setup demo|test     returns with PATH set so that .venv, mosquitto and so on are found
#
# Nothing of the machine is changed and no root is needed: Debian packages that are missing are fetched with apt (which
# checks their signatures) and unpacked under var/tools, never installed; so no daemon starts by itself either.
# Every step is remembered by what it was made from, and only once it is complete: a killed run goes on where it was.

lobby_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
lobby_var=$lobby_root/var
lobby_venv=$lobby_root/.venv
lobby_tools=${LOBBY_TOOLS:-$lobby_var/tools}
lobby_log=$lobby_var/setup.log
lobby_steps=4

# Root's broker gives its rights away before it starts, and must still reach its own program: not below /root, say.
open_to_all() {
  local folder=$1 rights
  while [[ $folder != / ]]; do
    rights=$(stat --format=%A "$folder")
    [[ ${rights: -1} == [xt] ]] || return 1
    folder=$(dirname "$folder")
  done
}
if [[ -z ${LOBBY_TOOLS:-} && $EUID == 0 ]] && ! open_to_all "$lobby_root"; then
  lobby_tools=/var/cache/lobby-edge/$(sha256sum <<<"$lobby_root" | cut -c 1-12)
fi

say() { printf '%s\n' "$*" >&2; }

step() { say "[$1/$lobby_steps] $2"; }

# die what-happened what-to-do
die() {
  say ""
  say "Stopped: $1"
  say "$2"
  say "What is done stays done. The whole story is in $lobby_log"
  exit 1
}

lobby_setup() {
  local profile=$1
  mkdir -p "$lobby_var"
  exec 9>"$lobby_var/setup.lock"
  if ! flock --nonblock 9; then
    say "Another setup is running in this folder; waiting for it."
    flock 9
  fi
  use_tools
  find_python
  fetch_debian_packages "$profile"
  make_environment
  install_python_packages "$profile"
  install_project
  exec 9>&- # the programs started later must not hold the lock
}

# Programs unpacked here come after the machine's own. Called again, it finds what has come since.
use_tools() {
  local theirs=${PATH//"$lobby_venv/bin:"/}
  theirs=${theirs//":/usr/sbin:/sbin:$lobby_tools/bin"/}
  export PATH="$lobby_venv/bin:$theirs:/usr/sbin:/sbin:$lobby_tools/bin"
  if [[ ${XDG_DATA_DIRS:-} != *"$lobby_tools"* ]]; then # where Pillow, too, looks for fonts
    export XDG_DATA_DIRS="${XDG_DATA_DIRS:-/usr/local/share:/usr/share}:$lobby_tools/root/usr/share"
  fi
  if [[ -d $lobby_tools/root/usr/share/fonts ]]; then
    export FONTCONFIG_FILE="$lobby_tools/fonts.conf"
  fi
  if [[ -x $lobby_tools/bin/playwright-node ]]; then
    export PLAYWRIGHT_NODEJS_PATH="$lobby_tools/bin/playwright-node"
  fi
  local chromium
  if [[ -z ${LOBBY_CHROMIUM:-} ]] && chromium=$(command -v chromium); then # not before it is there
    export LOBBY_CHROMIUM=$chromium
  fi
}

# ---------------------------------------------------------------------------------------------- 1 Debian packages

find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13; do
    candidate=$(PATH=${PATH#"$lobby_venv/bin:"} command -v "$candidate") || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      lobby_python=$candidate
      return
    fi
  done
  die "there is no Python 3.11 or newer on this machine." "Install it (Debian 12: apt-get install python3) and start again."
}

# The packages of which this machine lacks the program, one a line. A program unpacked here counts as lacking, so
# that the answer stays the same from run to run.
lacking() {
  local profile=$1 outside=${PATH//"$lobby_tools/bin"/}
  lacks() { ! PATH=$outside command -v "$1" >/dev/null; }
  lacks mosquitto && echo mosquitto
  [[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]] || echo fonts-noto-cjk
  "$lobby_python" -c 'import ensurepip' 2>/dev/null || echo python3-pip-whl
  if [[ $profile == test ]]; then
    lacks mosquitto_sub && echo mosquitto-clients
    lacks chromium && echo chromium
    lacks zbarimg && echo zbar-tools
    lacks systemd-analyze && echo systemd
    "$lobby_python" -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null || echo libatomic1
  fi
  return 0
}

fetch_debian_packages() {
  local missing
  missing=$(lacking "$1")
  if [[ -z $missing ]]; then
    step 1 "Programs: all are on this machine"
    return
  fi
  local done_list=$lobby_tools/complete
  if [[ -e $done_list && -z $(comm -23 <(sort <<<"$missing") <(sort "$done_list")) ]]; then
    step 1 "Programs: ready"
    return
  fi
  step 1 "Programs: fetching $(paste -sd ' ' <<<"$missing") (unpacked in ${lobby_tools#"$lobby_root/"}, not installed)"
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    die "this machine lacks programs, and it has no apt to fetch them with." \
      "Install by your system's own means: $(paste -sd ' ' <<<"$missing") (Debian's names), then start again."
  fi
  unpack_debian "$missing"
  use_tools
}

unpack_debian() (
  local missing=$1 deb
  umask 022
  write_apt_conf
  : >"$lobby_log"
  APT_CONFIG=$lobby_tools/apt.conf apt-get update >>"$lobby_log" 2>&1 ||
    die "Debian's package lists could not be fetched." "Is the network there? Start again when it is."
  local -a names
  mapfile -t names <<<"$missing"
  APT_CONFIG=$lobby_tools/apt.conf apt-get install --yes --download-only "${names[@]}" 2>&1 |
    count_lines '^Get:' "packages fetched" ||
    die "some Debian packages could not be fetched." "Is the network there? Start again when it is."
  local -a debs=("$lobby_tools"/cache/archives/*.deb)
  for deb in "${debs[@]}"; do
    dpkg-deb --extract "$deb" "$lobby_tools/root" >>"$lobby_log" 2>&1 ||
      die "$(basename "$deb") could not be unpacked." "Is the disk full? It takes about 1 GB under $lobby_tools"
  done
  write_wrappers
  write_fonts_conf
  sort -u - "$lobby_tools/complete" <<<"$missing" 2>/dev/null >"$lobby_tools/complete.new" ||
    sort -u <<<"$missing" >"$lobby_tools/complete.new"
  mv "$lobby_tools/complete.new" "$lobby_tools/complete"
  rm -rf "$lobby_tools/cache"
)

# apt with its state in this folder: it reads what is installed, and writes nothing of the machine's.
write_apt_conf() {
  mkdir -p "$lobby_tools"/{bin,root,state/lists/partial,cache/archives/partial}
  cat >"$lobby_tools/apt.conf" <<EOF
Dir::State "$lobby_tools/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$lobby_tools/cache";
Debug::NoLocking "true";
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
Acquire::Languages "none";
Acquire::Retries "3";
EOF
}

# A program unpacked elsewhere finds its libraries by a wrapper of its own; nothing else sees them.
write_wrappers() {
  local root=$lobby_tools/root libraries="" folder program
  for folder in "$root"/{,usr/}lib/*-linux-gnu*{,/systemd,/pulseaudio} "$root"/{,usr/}lib/systemd; do
    [[ -d $folder ]] && libraries+=${libraries:+:}$folder
  done
  for program in "$root"/usr/sbin/mosquitto "$root"/usr/bin/{mosquitto_{sub,pub,passwd},zbarimg} \
    "$root"/{,usr/}bin/systemd-analyze "$root"/usr/lib/chromium/chromium; do
    [[ -x $program ]] && write_wrapper "$(basename "$program")" "$program" "$libraries"
  done
  # playwright's own node wants libatomic, which is one of those libraries; it is installed in step 3.
  write_wrapper playwright-node \
    "$lobby_venv/lib/python$(python_version)/site-packages/playwright/driver/node" "$libraries"
}

python_version() { "$lobby_python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

# write_wrapper name program libraries
write_wrapper() {
  local coders configuration
  coders=$(echo "$lobby_tools"/root/usr/lib/*/ImageMagick-*/modules-*/coders)
  configuration=$(echo "$lobby_tools"/root/etc/ImageMagick-*)
  {
    echo '#!/bin/sh'
    printf 'export LD_LIBRARY_PATH=%q\n' "$3"
    [[ $1 != zbarimg ]] || printf 'export MAGICK_CODER_MODULE_PATH=%q MAGICK_CONFIGURE_PATH=%q\n' "$coders" "$configuration"
    printf 'exec %q "$@"\n' "$2"
  } >"$lobby_tools/bin/$1.new"
  chmod +x "$lobby_tools/bin/$1.new"
  mv "$lobby_tools/bin/$1.new" "$lobby_tools/bin/$1"
}

write_fonts_conf() {
  cat >"$lobby_tools/fonts.conf" <<EOF
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>$lobby_tools/root/usr/share/fonts</dir>
  <cachedir>$lobby_tools/fontcache</cachedir>
</fontconfig>
EOF
}

# ------------------------------------------------------------------------------------------- 2 the environment

make_environment() {
  local made_from=$lobby_venv
  if stamped environment "$made_from" && [[ -x $lobby_venv/bin/python ]]; then
    step 2 "Python environment: ready"
    return
  fi
  if environment_works; then
    step 2 "Python environment: the one in .venv serves"
  else
    step 2 "Python environment: making .venv with $("$lobby_python" --version)"
    new_environment >>"$lobby_log" 2>&1 || die "the Python environment could not be made." "Is the disk full?"
  fi
  stamp environment "$made_from"
}

# An environment that was moved here from another folder still names that one in its programs.
environment_works() {
  "$lobby_venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
    "$lobby_venv/bin/python" -m pip --version >/dev/null 2>&1 &&
    head -n 2 "$lobby_venv/bin/pip" | grep -qF "$lobby_venv/bin/"
}

new_environment() {
  if "$lobby_python" -c 'import ensurepip'; then
    "$lobby_python" -m venv --clear "$lobby_venv"
  else
    local -a wheel=("$lobby_tools"/root/usr/share/python-wheels/pip-*.whl)
    "$lobby_python" -m venv --clear --without-pip "$lobby_venv" &&
      PYTHONPATH=${wheel[0]} "$lobby_venv/bin/python" -m pip install --no-index "${wheel[0]}"
  fi
}

# Stamps lie in the environment: they go with it.
stamped() { [[ -e $lobby_venv/.lobby-$1 && $(<"$lobby_venv/.lobby-$1") == "$2" ]]; }

stamp() {
  printf '%s\n' "$2" >"$lobby_venv/.lobby-$1.new"
  mv "$lobby_venv/.lobby-$1.new" "$lobby_venv/.lobby-$1"
}

# --------------------------------------------------------------------------------------------- 3 Python packages

install_python_packages() {
  local name=runtime lock=$lobby_root/requirements.lock hash
  if [[ $1 == test ]]; then
    name=dev lock=$lobby_root/requirements-dev.lock
  fi
  hash=$(sha256sum <"$lock")
  if stamped packages-$name "$hash"; then
    step 3 "Python packages: ready"
    return
  fi
  if ! environment_works; then # a run was killed while pip replaced itself
    new_environment >>"$lobby_log" 2>&1 || die "the Python environment could not be made." "Is the disk full?"
  fi
  step 3 "Python packages: fetching the $(grep -c '==' "$lock") of $(basename "$lock"), each held to its hash"
  pip_install --require-hashes --only-binary=:all: --requirement "$lock" ||
    die "the Python packages could not be fetched." "$(why_pip_failed)"
  stamp packages-$name "$hash"
  if [[ $name == dev ]]; then # the dev lock holds all of the other one, at the same versions
    stamp packages-runtime "$(sha256sum <"$lobby_root/requirements.lock")"
  fi
}

pip_install() {
  "$lobby_venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar=off --no-compile "$@" 2>&1 |
    count_lines '^Collecting|^Requirement already' "packages looked at"
}

why_pip_failed() {
  if grep -q 'No matching distribution' "$lobby_log"; then
    echo "One has no ready-made file for $(uname -m) and this Python; docs/install.md says what to do (pysqlite3 on ARM)."
  else
    echo "Is the network there? Start again when it is."
  fi
}

# ------------------------------------------------------------------------------------------------- 4 this project

install_project() {
  local made_from
  made_from=$(cat "$lobby_root/pyproject.toml" | sha256sum)
  if [[ -x $lobby_venv/bin/lobby ]] && stamped project "$made_from"; then
    step 4 "The lobby: ready"
    return
  fi
  step 4 "The lobby: linking this folder into the environment"
  pip_install --no-deps --no-build-isolation --no-index --editable "$lobby_root" ||
    die "the project could not be linked into its environment." "Look into the log."
  stamp project "$made_from"
}

# Log a long command's output and show how far it is: count the lines that match. The command's own status is kept
# by pipefail.
count_lines() {
  local pattern=$1 what=$2 line count=0
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$lobby_log"
    [[ $line =~ $pattern ]] || continue
    count=$((count + 1))
    if [[ -t 2 ]]; then
      printf '\r      %d %s' "$count" "$what" >&2
    elif ((count % 25 == 0)); then
      say "      $count $what"
    fi
  done
  if [[ -t 2 ]] && ((count > 0)); then
    printf '\n' >&2
  fi
}
