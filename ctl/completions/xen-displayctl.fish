# SPDX-License-Identifier: MIT
# Completion of xen-displayctl for fish.
set -l commands list info stats monitor place hide show fullscreen grab reset screenshot trace config reload doctor

function __xen_displayctl_screens
	xen-displayctl list 2>/dev/null | sed -n '2,$s/ .*//p' | sed 's/:.*//' | sort -u
end

complete -c xen-displayctl -f
complete -c xen-displayctl -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c xen-displayctl -n "__fish_seen_subcommand_from info stats place hide show fullscreen grab reset screenshot trace" -a "(__xen_displayctl_screens)"
complete -c xen-displayctl -n "__fish_seen_subcommand_from config" -a "check print"
complete -c xen-displayctl -n "__fish_seen_subcommand_from check" -F
complete -c xen-displayctl -s j -l json -d "JSON, for machines"
complete -c xen-displayctl -s s -l socket -r -F -d "the control socket"
complete -c xen-displayctl -s q -l quiet -d "say nothing but errors"
complete -c xen-displayctl -s v -l verbose -d "say what it is connected to"
complete -c xen-displayctl -s w -l watch -x -d "report again and again"
complete -c xen-displayctl -l prometheus -d "a text for Prometheus"
complete -c xen-displayctl -s r -l reconnect -d "wait for another Weston"
complete -c xen-displayctl -s n -l dry-run -d "only say whether it would succeed"
complete -c xen-displayctl -l output -x -d "the output"
complete -c xen-displayctl -l rect -x -d "the rectangle on it"
complete -c xen-displayctl -l fit -x -a "fit fill center stretch" -d "how the picture fills it"
complete -c xen-displayctl -l z -x -d "higher is in front"
complete -c xen-displayctl -l release -d "the keys are the desktop's again"
complete -c xen-displayctl -s V -l version -d "the version"
complete -c xen-displayctl -s h -l help -d "a short text"
