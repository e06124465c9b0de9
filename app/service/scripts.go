package service

import "strings"

// openRCScript is the service script of OpenRC (openrc-run(8)), which starts the program again when it has died.
func openRCScript(u Unit) string {
	return `#!/sbin/openrc-run
# By "drawbridge service install".
name=Drawbridge
description=` + shellWord(description) + `
supervisor=supervise-daemon
command=` + shellWord(u.Program) + `
# This is read by a shell once more.
command_args=` + shellWord(shellWords(u.Arguments())) + `
respawn_delay=2
respawn_max=10
respawn_period=60
output_log=/var/log/drawbridge.log
error_log=/var/log/drawbridge.log
extra_started_commands=reload
description_reload="Read the settings again"

depend() {
	# To need the network would be to stop with it, and not to start where nothing says that there is one.
	use net dns
	after firewall
}

reload() {
	ebegin "Reading Drawbridge's settings again"
	supervise-daemon "$RC_SVCNAME" --signal HUP
	eend $?
}
`
}

// sysvScript is an init script as LSB describes it, for systems that have nothing else. Nothing starts the program again
// when it has died.
func sysvScript(u Unit) string {
	return `#!/bin/sh
### BEGIN INIT INFO
# Provides:          drawbridge
# Required-Start:    $network $remote_fs
# Required-Stop:     $network $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: HTTP proxy that relays through a SOCKS endpoint
### END INIT INFO
# chkconfig: 2345 50 02
# By "drawbridge service install".

program=` + shellWord(u.Program) + `
pidfile=/var/run/drawbridge.pid
log=/var/log/drawbridge.log

# running sets pid to the service's process, if that lives.
running() {
	pid=$(cat "$pidfile" 2>/dev/null) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
}

case "$1" in
start)
	if running; then
		echo "Running already, process $pid"
		exit 0
	fi
	umask 077
	"$program" ` + shellWords(u.Arguments()) + ` </dev/null >>"$log" 2>&1 &
	echo $! >"$pidfile"
	sleep 1
	if ! running; then
		rm -f "$pidfile"
		echo "Not started; see $log" >&2
		exit 1
	fi
	echo "Started, process $pid"
	;;
stop)
	if running; then
		kill "$pid"
		for second in 1 2 3 4 5 6 7 8 9 10; do
			running || break
			sleep 1
		done
		if running; then kill -9 "$pid"; fi
	fi
	rm -f "$pidfile"
	echo Stopped
	;;
restart | force-reload)
	"$0" stop && "$0" start
	;;
reload)
	running && kill -HUP "$pid"
	;;
status)
	if running; then
		echo "Running, process $pid"
	else
		echo Stopped
		exit 3
	fi
	;;
*)
	echo "Usage: $0 {start|stop|restart|reload|status}" >&2
	exit 2
	;;
esac
`
}

// freebsdScript is a script of rc.d (rc.subr(8)). The program daemon starts the program again when it has died.
func freebsdScript(u Unit) string {
	return `#!/bin/sh
# PROVIDE: drawbridge
# REQUIRE: NETWORKING
# KEYWORD: shutdown
# By "drawbridge service install".

. /etc/rc.subr

name=drawbridge
rcvar=drawbridge_enable
load_rc_config $name
: ${drawbridge_enable:=YES}

pidfile=/var/run/drawbridge.pid
command=/usr/sbin/daemon
# This is read by a shell once more.
command_args=` + shellWord("-P /var/run/drawbridge.pid -R 2 -t drawbridge -o /var/log/drawbridge.log "+
		shellWords(append([]string{u.Program}, u.Arguments()...))) + `

run_rc_command "$1"
`
}

// shellWords are words for a shell, apart by spaces.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellWord(w)
	}
	return strings.Join(quoted, " ")
}

// shellWord quotes a word for a shell where it has to be.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=+,@", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
