#!/bin/bash
# Part g on a GPU: what a simulated second of exported folders costs there, as one line of JSON for
# each measurement. Only the time steps count, not the set-up; MiB is the process's peak, GPU_MiB what
# the GPU has in use.
#
#   benchmarks/gpu.sh GENN_FOLDER COPIES STEPS [COPIES STEPS ...]
#
# GENN_FOLDER was exported with --device genn --gpu and holds one animal. It is simulated COPIES
# times side by side in one network, each copy's spikes from outside at another time. The folder
# stays as it is. FLAGS=-c measures GeNN's processor back end instead; GENN_PATH, CUDA_PATH and
# CXX as for run.sh. SCRATCH holds the builds (default: a temporary folder, removed at the end);
# ONLY_BUILD=1 ends after them, LIMIT is the most seconds of one measurement.
set -eu
folder=$(cd "$1" && pwd)
shift
scratch=${SCRATCH:-$(mktemp -d)}
mkdir -p "$scratch"
[ -n "${SCRATCH:-}" ] || trap 'rm -rf "$scratch"' EXIT
read -r name _ < "$folder/animals"
. "$folder/machine.sh"
cells=$(sed -n 's/^cells=//p' "$folder/settings")
CXX=$(find_compiler)
export CXX
check_genn
kind=processor
if [ "${FLAGS:-}" != -c ]; then
    kind=gpu
    cd "$scratch"
    check_cuda
fi

# Little-endian numbers of 64 bits
binary() {
    local number byte
    for number in "$@"; do
        for byte in 0 8 16 24 32 40 48 56; do
            printf "\\x$(printf %02x $((number >> byte & 255)))"
        done
    done
}

prepare() {
    local place="$scratch/$kind-$1"
    [ -x "$place/program/main" ] && return
    mkdir -p "$place/runs/$name/out"
    cp -r "$folder/program" "$place/program"
    cp -r "$folder/runs/$name/in" "$place/runs/$name/in"
    binary "$2" 5000 > "$place/runs/$name/in/plan"
    for ((copy = 0; copy < $1; copy++)); do echo "$name"; done > "$place/runs/animals"
    ASTROGRAM_RUN="$place/runs" FLAGS="${FLAGS:-}" make -j4 -C "$place/program" \
        > "$place/build.log" 2>&1 || echo "{\"copies\": $1, \"failed\": \"build\"}"
}

measure() {
    local place="$scratch/$kind-$1" most=0 used child
    [ -x "$place/program/main" ] || return 0
    (cd "$place/program" && ASTROGRAM_RUN="$place/runs" exec timeout "${LIMIT:-60}" ./main) \
        > "$place/run.log" 2>&1 &
    child=$!
    while kill -0 "$child" 2> /dev/null; do
        if [ "$kind" = gpu ]; then
            used=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | head -n 1)
            ((used > most)) && most=$used
        fi
        sleep 0.2
    done
    if wait "$child"; then
        awk -v kind="$kind" -v copies="$1" -v cells="$cells" -v mib="$most" \
            '{printf "{\"device\": \"%s\", \"copies\": %d, \"cells_each\": %d, \"steps\": %d, \"seconds\": %s, \"MiB\": %d, \"GPU_MiB\": %d}\n", kind, copies, cells, $1, $4, $7, mib}' \
            "$place/runs/took"
    else
        echo "{\"device\": \"$kind\", \"copies\": $1, \"failed\": \"$(tail -n 1 "$place/run.log" | tr -d '"' | head -c 200)\"}"
    fi
}

pairs=("$@")
for ((k = 0; k < ${#pairs[@]}; k += 2)); do prepare "${pairs[k]}" "${pairs[k + 1]}" & done
wait
[ -n "${ONLY_BUILD:-}" ] && exit 0
for ((k = 0; k < ${#pairs[@]}; k += 2)); do measure "${pairs[k]}"; done
