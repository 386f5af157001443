#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes both models anew: rebuild.sh SOURCES.tsv FOLDER [callqa-features]
#
# FOLDER takes 18 GB: simulated calls, what the networks see of them, and the models, which are not put in place by
# themselves. What is there already is not made again. With CROSS=1 in the environment a second look without each fold
# as well (parked0.model and so on), to try on what it never met. ../README.md says what each step is for.
set -eu
[ $# -ge 2 ] || { sed -n '4,8s/^# //p' "$0" >&2; exit 2; }
sources=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
train=$(dirname "$(realpath "$0")")
features=$(realpath "${3:-$train/../../../build/bin/callqa-features}")
sets='mixed music mono mono-hold radio noise leak mute sounds'
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1     # the same sums in the same order

# calls of a set and fold
count() {
    case $1 in mixed) echo 350 ;; music) echo 350 ;; mono-hold) echo 200 ;; mono) echo 120 ;; radio | sounds) echo 90 ;; noise) echo 70 ;; *) echo 60 ;; esac
}

# make FILE COMMAND...: unless FILE is there
make() {
    [ ! -e "$1" ] || return 0
    echo "$(date +%T) $1" >&2
    file=$1
    shift
    "$@"
    [ -e "$file" ] || : >"$file"
}

render() {   # SET FOLD: calls, and what the classifier sees of them
    out=$folder/fold$2-$1
    make "$out/rendered" /usr/bin/python3 "$train/simulate.py" --sources "$sources" --split tune --fold "$2/3" \
        --seed $((100 + $2)) --focus "$1" --calls "$(count "$1")" --cache "$folder/cache" --jobs "$(nproc)" --out "$out"
    make "$out/features.done" "$features" "$out/features" "$out"/call-?????.[fmow]*
}

# Paths of what callqa-features wrote: seen NAME FOLD...
seen() {
    name=$1
    shift
    for fold in "$@"; do
        for set in $sets; do echo "$folder/fold$fold-$set/$name"; done
    done
}

frames() {   # NAME SEED FOLD...: a classifier of frames that learned from these folds
    name=$1 seed=$2
    shift 2
    # shellcheck disable=SC2046 # words are meant to be split
    make "$folder/$name.model" /usr/bin/python3 "$train/train.py" frames --seed "$seed" --out "$folder/$name.model" \
        --features $(seen features "$@")
}

look_again() {   # FOLD: what the second look sees of a fold, of which the classifier knew nothing
    for set in $sets; do
        out=$folder/fold$1-$set
        make "$out/parked.done" "$features" --parked "$folder/without$1.model" "$out/parked" "$out"/call-?????.[fmow]*
    done
}

again() {   # NAME FOLD...: a second look that learned from these folds
    name=$1
    shift
    # shellcheck disable=SC2046
    make "$folder/$name.model" /usr/bin/python3 "$train/train.py" parked --out "$folder/$name.model" \
        --features $(seen parked "$@")
}

for fold in 0 1 2; do
    for set in $sets; do render "$set" "$fold"; done
done
(frames without0 1 1 2; frames without1 1 0 2) &
frames without2 1 0 1
frames callqa 3 0 1 2   # of three seeds the best on simulated calls of these voices (docs/decisions/0238)
wait
for fold in 0 1 2; do look_again "$fold"; done
[ -z "${CROSS:-}" ] || (again parked0 1 2; again parked1 0 2; again parked2 0 1) &
again parked 0 1 2
wait
echo "$folder/callqa.model and $folder/parked.model are made" >&2
