#compdef callqa
# Completion of callqa for zsh: commands and options are read from --help.

_callqa() {
    local -a found
    if ((CURRENT == 2)); then
        found=(${(f)"$(callqa --help | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)/\1:\2/p')"})
        _describe command found
    elif [[ $PREFIX == -* ]]; then
        found=(${(f)"$(callqa $words[2] --help | sed -n 's/^ .*\(--[a-z][a-z-]*\)[ A-Z]*  *\(.*\)/\1:\2/p')"})
        _describe option found
    elif [[ $words[CURRENT-1] == (--format|-f) ]]; then
        found=(${=${"$(callqa $words[2] --help | sed -n 's/^  *\(-., \)*--format [A-Z]* *//p')"//,/}})
        compadd -a found
    else
        _files
    fi
}
_callqa "$@"
