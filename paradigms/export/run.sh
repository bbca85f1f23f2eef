#!/bin/bash
# Builds and runs what `astrogram export` wrote into this folder, without Python. Then bring the
# folder back, and `astrogram collect` makes datasets of it.
#
#   ./run.sh [JOBS]     processes at once; default one for each core
#
# Needs bash, coreutils, make and a C++ compiler (CXX, else g++, c++ or clang++); for GeNN also
# GENN_PATH, GeNN 4's folder; on a GPU also CUDA (CUDA_PATH, else nvcc on the path).
# Called again it goes on where it was interrupted.
set -u
cd "$(dirname "$0")" || exit 2
. ./machine.sh

build() {
    [ -x program/main ] && [ -f program/built ] && return
    local began=$SECONDS
    echo "building"
    (cd program && make -j"$jobs") > build.log 2>&1 ||
        refuse "the program could not be built: $(first_complaint build.log) (build.log has it all)"
    echo $((SECONDS - began)) > program/built
    echo "built in $(cat program/built) s"
}

# One run of the program: its tables in $1, its words in the file $1.log.
carry_out() {
    local status began=$SECONDS
    (cd program && ASTROGRAM_RUN="$PWD/../$1" exec ./main) > "$1.log" 2>&1
    status=$?
    if [ $status -ne 0 ] || [ "$(tail -n 1 "$1.log")" != "reached $2" ]; then
        grep -v -E '^(begun|reached .*)$' "$1.log" | head -n 1 > "$1.failed"
        [ -s "$1.failed" ] || echo "it ended with status $status" > "$1.failed"
        return 1
    fi
    echo $((SECONDS - began)) > "$1.seconds"
    rm -f "$1.failed"
}

animal() {
    [ -f "runs/$1/done" ] && return
    if carry_out "runs/$1" "$2"; then
        (cd runs && sha256sum "$1"/out/*) > "runs/$1/done.part" &&
            mv "runs/$1/done.part" "runs/$1/done"
        echo "$1 has run"
    else
        echo "astrogram: $1 failed: $(head -c 300 "runs/$1.failed")" >&2
    fi
}

together() {
    local name steps
    [ -f runs/done ] && return
    carry_out runs "$(setting longest)" ||
        refuse "the run failed: $(head -c 300 runs.failed)"
    while read -r name steps; do
        (cd runs && sha256sum "$name"/out/*) > "runs/$name/done" || refuse "no room for $name/done"
    done < animals
    touch runs/done
    echo "$(wc -l < animals) animals have run"
}

trap 'echo "astrogram: interrupted; ./run.sh goes on from here" >&2; kill 0; exit 130' INT TERM
jobs=${1:-$(nproc)}
case "$jobs" in '' | *[!0-9]* | 0) refuse "JOBS is '$jobs'; give a whole number from 1" ;; esac
[ -f checksums ] && [ -f settings ] || refuse "the folder is not whole: export it again"
sha256sum --quiet -c checksums > damage 2>&1 ||
    refuse "the folder was damaged on its way ($(head -n 1 damage)); copy it again"
rm -f damage
command -v make > /dev/null || refuse "no make was found; install it"
CXX=$(find_compiler) || exit 2
export CXX
device=$(setting device)
if [ "$device" = genn ]; then
    check_genn
    ASTROGRAM_RUN="$PWD/runs"
    export ASTROGRAM_RUN
    if [ "$(setting gpu)" = 1 ]; then check_cuda; export FLAGS=; else export FLAGS=-c; fi
fi
{
    uname -srm
    $CXX --version | head -n 1
    if [ "$(setting gpu)" = 1 ]; then
        nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
        "$CUDA_PATH/bin/nvcc" --version | tail -n 2 | head -n 1
    fi
} > machine 2>&1
build
began=$SECONDS
if [ "$device" = genn ]; then
    together
else
    while read -r name steps; do
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
        animal "$name" "$steps" &
    done < animals
    wait
fi
while read -r name steps; do
    [ -f "runs/$name/done" ] || refuse "not every animal has run; see the lines above"
done < animals
echo "all have run, in $((SECONDS - began)) s; bring the folder back and collect it"
