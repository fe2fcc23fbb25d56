# SPDX-License-Identifier: MIT
# Completion of xen-displayctl for bash.
_xen_displayctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command="" i
	local commands="list info stats monitor place hide show fullscreen grab reset screenshot trace config reload doctor"
	local options="--json --socket --quiet --verbose --watch --prometheus --reconnect --dry-run --output --rect --fit --z
		--release --version --help"

	for ((i = 1; i < COMP_CWORD; i++)); do
		case " $commands " in
		*" ${COMP_WORDS[i]} "*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	case $before in
	--fit) mapfile -t COMPREPLY < <(compgen -W "fit fill center stretch" -- "$word"); return ;;
	--socket | -s) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	config) mapfile -t COMPREPLY < <(compgen -W "check print" -- "$word"); return ;;
	check) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	elif [ -z "$command" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
	else
		case $command in
		info | stats | place | hide | show | fullscreen | grab | reset | screenshot | trace)
			mapfile -t COMPREPLY < <(compgen -W "$(xen-displayctl list 2>/dev/null |
				sed -n '2,$s/ .*//p' | sed 's/:.*//' | sort -u)" -- "$word") ;;
		esac
	fi
}
complete -F _xen_displayctl xen-displayctl
