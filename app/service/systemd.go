package service

import (
	"fmt"
	"strings"
)

// systemdUnit is the service's file (systemd.service(5)). One for both kinds: restarts are soon, and end after a while;
// wrong settings (exit code 2) do not become right by a restart.
func systemdUnit(u Unit) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	edit := "systemctl --user edit drawbridge"
	if u.System {
		edit = "systemctl edit drawbridge"
	}
	line(`# By "drawbridge service install". For changes of your own: %s`, edit)
	line("[Unit]")
	line("Description=%s", description)
	if u.System {
		line("After=network.target nss-lookup.target")
	}
	if len(u.Sockets) > 0 {
		line("Requires=%s.socket", Name)
	}
	line("StartLimitIntervalSec=60")
	line("StartLimitBurst=10")
	line("")
	line("[Service]")
	line("Type=notify")
	line("ExecStart=%s", systemdCommand(u))
	line("ExecReload=/bin/kill -HUP $MAINPID")
	line("Restart=on-failure")
	line("RestartPreventExitStatus=2")
	line("RestartSec=2")
	line("TimeoutStopSec=20")
	line("")
	b.WriteString(systemdFences)
	wanted := "default.target"
	if u.System {
		wanted = "multi-user.target"
		b.WriteString(systemdWalls(u))
	}
	line("")
	line("[Install]")
	line("WantedBy=%s", wanted)
	return b.String()
}

// systemdFences are what holds for a service of a user, too: they need no rights. What takes a user namespace for one
// (ProtectSystem, ProtectHome, PrivateTmp) is not among them: some systems have none and would not start the service,
// and in one it could neither tell whose a connection is nor set KDE's proxy. AF_NETLINK tells of changes of the network,
// and of the programs behind connections.
const systemdFences = `NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077
`

// systemdWalls are what holds for the machine's service besides: it is a user of its own, that is there only while it
// runs, sees next to nothing, and may write in its own folders alone. Such a user cannot read a settings file that is
// root's alone, as one with passwords should be: systemd hands it a copy.
func systemdWalls(u Unit) string {
	home := "yes"
	if u.Home {
		home = "read-only"
	}
	return `
DynamicUser=yes
ConfigurationDirectory=` + Name + `
StateDirectory=` + Name + `
RuntimeDirectory=` + Name + `
RuntimeDirectoryMode=0700
Environment=HOME=%S/` + Name + `
WorkingDirectory=%S/` + Name + `
LoadCredential=` + credential + `:` + strings.ReplaceAll(u.settings(), "%", "%%") + `
SetCredential=` + credential + `:version=1
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=` + home + `
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
`
}

// systemdSocket is the file of the sockets that systemd opens for the service (systemd.socket(5)): so a service without
// rights has a port below 1024, and who connects while it restarts waits a moment.
func systemdSocket(u Unit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[Unit]\nDescription=Addresses that Drawbridge listens on\n\n[Socket]\n")
	for _, address := range u.Sockets {
		fmt.Fprintf(&b, "ListenStream=%s\n", address)
	}
	// [::] is every address of IPv6 alone, so that 0.0.0.0 may stand beside it.
	b.WriteString("BindIPv6Only=ipv6-only\n\n[Install]\nWantedBy=sockets.target\n")
	return b.String()
}

// systemdCommand is the command line as ExecStart has it. In the program's path a dollar is one; in arguments it would
// begin a variable.
func systemdCommand(u Unit) string {
	words := []string{systemdWord(u.Program)}
	for _, arg := range u.Arguments() {
		words = append(words, systemdWord(strings.ReplaceAll(arg, "$", "$$")))
	}
	return strings.Join(words, " ")
}

// systemdWord quotes a word where it has to be. A percent sign begins a specifier everywhere.
func systemdWord(word string) string {
	word = strings.ReplaceAll(word, "%", "%%")
	if !strings.ContainsAny(word, " \"'\\;") {
		return word
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}
