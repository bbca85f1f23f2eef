# What run.sh finds on the machine that it runs on; sourced.
export LC_ALL=C

refuse() { echo "astrogram: $1" >&2; exit 2; }

setting() { sed -n "s/^$1=//p" settings; }

first_complaint() {
    local line
    line=$(grep -i -m 1 -E 'error|no space left' "$1" || tail -n 1 "$1")
    echo "${line:0:300}"
}

find_compiler() {
    local name
    for name in "${CXX:-}" g++ c++ clang++; do
        [ -n "$name" ] && command -v ${name%% *} > /dev/null && { echo "$name"; return; }
    done
    refuse "no C++ compiler was found; install g++, or let CXX name one"
}

check_genn() {
    local version
    [ -f "${GENN_PATH:-}/bin/genn-buildmodel.sh" ] ||
        refuse "GENN_PATH is '${GENN_PATH:-}', no folder of GeNN 4; let it name one"
    version=$(head -n 1 "$GENN_PATH/version.txt" 2> /dev/null)
    case "$version" in
        4.*) ;;
        *) refuse "GENN_PATH holds GeNN '${version:0:20}', and 4 is needed (tested: 4.9.0)" ;;
    esac
    export GENN_PATH
}

check_cuda() {
    local nvcc folder
    nvcc=$(command -v "${CUDA_PATH:-/usr/local/cuda}/bin/nvcc" || command -v nvcc) ||
        refuse "no nvcc was found; install CUDA and let CUDA_PATH name it"
    export CUDA_PATH=${CUDA_PATH:-$(dirname "$(dirname "$(readlink -f "$nvcc")")")}
    command -v nvidia-smi > /dev/null && nvidia-smi -L > gpu 2>&1 ||
        refuse "nvidia-smi finds no GPU: $(tail -n 1 gpu 2> /dev/null)"
    # The driver's library is needed to link GeNN's generator, its stub will do
    for folder in "$CUDA_PATH/lib64/stubs" /usr/lib/x86_64-linux-gnu /usr/local/nvidia/lib64; do
        [ -e "$folder/libcuda.so" ] && LIBRARY_PATH="$folder:${LIBRARY_PATH:-}"
    done
    [ -e "$CUDA_PATH/include/curand_kernel.h" ] ||
        echo '#include <curand_kernel.h>' | ${CXX:-g++} -I"$CUDA_PATH/include" -E -xc++ - \
            > /dev/null 2>&1 ||
        refuse "CUDA's curand_kernel.h was not found; install cuRAND, or let CPATH name its folder"
    export LIBRARY_PATH=${LIBRARY_PATH:-}
    export LD_LIBRARY_PATH="$CUDA_PATH/lib64:${LD_LIBRARY_PATH:-}"
}
