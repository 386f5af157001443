# Completion of callqa for bash. Commands, options and fixed values are read from --help, so that they are always those of
# the program that is installed.

_callqa() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} values
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(callqa --help | sed -n 's/^  \(--[a-z-]*\|[a-z][a-z-]*\)  .*/\1/p')" -- "$word")
        return
    fi
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(callqa "$command" --help | grep -o -- '^ .*--[a-z][a-z-]*' | grep -o -- '--[a-z-]*')" -- "$word")
        return
    fi
    if [[ $before == --format || $before == -f ]]; then
        values=$(callqa "$command" --help | sed -n 's/^  *\(-., \)*--format [A-Z]* *//p' | tr -d ',')
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
        return
    fi
    compopt -o default 2>/dev/null || :
}
complete -F _callqa callqa
