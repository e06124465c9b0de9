package update

import (
	"context"
	"path"
	"strings"
)

// A Source says how the running program was installed, and so who may replace its files.
type Source struct {
	Kind    SourceKind `json:"kind"`
	Command string     `json:"command,omitempty"` // of a Managed one: what the user runs to update it
}

// SourceKind is a kind of installation.
type SourceKind string

// The kinds of installations.
const (
	Managed   SourceKind = "managed"   // by a package manager, which owns the files
	Installed SourceKind = "installed" // by our Windows installer
	Bundle    SourceKind = "bundle"    // an application of macOS, dragged from the disk image
	Portable  SourceKind = "portable"  // unpacked, or built, by the user
)

// Artifact is the kind of artifact that updates such an installation, and whether there is one.
func (s Source) Artifact() (Kind, bool) {
	switch s.Kind {
	case Installed:
		return Setup, true
	case Bundle:
		return Image, true
	case Portable:
		return Archive, true
	}
	return "", false
}

// A Place is where a program runs, as far as that tells who put it there.
type Place struct {
	OS         string // as Go calls it
	Executable string // absolute, with no symbolic links in it
	// Setup is the folder that our Windows installer has noted; empty: it has not been here.
	Setup string
	// Has reports whether there is such a file or folder.
	Has func(path string) bool
	// Run runs a program that looks something up, and returns what it prints.
	Run func(ctx context.Context, name string, args ...string) (string, error)
	// Env returns a variable of the environment.
	Env func(name string) string
}

// Find says how the program at that place was installed.
func (p Place) Find(ctx context.Context) Source {
	at := strings.ReplaceAll(p.Executable, `\`, "/")
	if command := p.byPath(at); command != "" {
		return Source{Managed, command}
	}
	switch p.OS {
	case "windows":
		setup := strings.TrimRight(strings.ReplaceAll(p.Setup, `\`, "/"), "/")
		if setup != "" && strings.EqualFold(path.Dir(at), setup) {
			return Source{Kind: Installed}
		}
	case "darwin":
		if bundle, _, ok := strings.Cut(at, ".app/Contents/"); ok {
			if path.Dir(bundle) == "/Applications" && p.anyHas("/opt/homebrew/Caskroom/drawbridge", "/usr/local/Caskroom/drawbridge") {
				return Source{Managed, "brew upgrade --cask drawbridge"}
			}
			return Source{Kind: Bundle}
		}
	default:
		if command := p.byPackage(ctx, at); command != "" {
			return Source{Managed, command}
		}
	}
	return Source{Kind: Portable}
}

func (p Place) anyHas(paths ...string) bool {
	for _, at := range paths {
		if p.Has(at) {
			return true
		}
	}
	return false
}

// byPath tells the managers that keep what is theirs in a folder of their own.
func (p Place) byPath(at string) string {
	// behind returns the folder behind a marker: the package's name.
	behind := func(marker string) string {
		i := strings.Index(strings.ToLower(at), marker)
		if i < 0 {
			return ""
		}
		name, _, more := strings.Cut(at[i+len(marker):], "/")
		if !more || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._+-") != "" {
			return ""
		}
		return name
	}
	for _, manager := range [...]struct{ marker, command string }{
		{"/cellar/", "brew upgrade "},
		{"/caskroom/", "brew upgrade --cask "},
		{"/scoop/apps/", "scoop update "},
		{"/chocolatey/lib/", "choco upgrade "},
	} {
		if name := behind(manager.marker); name != "" {
			return manager.command + name
		}
	}
	switch {
	case p.OS == "linux" && strings.HasPrefix(at, "/snap/"):
		return "snap refresh " + behind("/snap/")
	case p.OS == "linux" && strings.HasPrefix(at, "/app/") && p.Env("FLATPAK_ID") != "":
		return "flatpak update " + p.Env("FLATPAK_ID")
	case strings.HasPrefix(at, "/nix/store/"):
		return "nix profile upgrade drawbridge"
	}
	return ""
}

// byPackage asks the system's package managers whose file this is. They own nothing in a home.
func (p Place) byPackage(ctx context.Context, at string) string {
	if !strings.HasPrefix(at, "/usr/") && !strings.HasPrefix(at, "/opt/") && !strings.HasPrefix(at, "/bin/") || strings.HasPrefix(at, "/usr/local/") && p.OS == "linux" {
		return ""
	}
	for _, manager := range [...]struct {
		file    string // of the manager's database: it is asked only where that is
		ask     []string
		name    func(said string) string
		command string
	}{
		{"/var/lib/dpkg/status", []string{"dpkg-query", "--search", at}, func(said string) string {
			name, _, _ := strings.Cut(said, ":") // "drawbridge-desktop: /usr/bin/drawbridge-tray", or with ":amd64"
			return name
		}, "apt install --only-upgrade "},
		{"/usr/bin/zypper", []string{"rpm", "--query", "--file", "--queryformat", "%{NAME}\n", at}, firstLine, "zypper update "},
		{"/usr/bin/rpm", []string{"rpm", "--query", "--file", "--queryformat", "%{NAME}\n", at}, firstLine, "dnf upgrade "},
		{"/lib/apk/db/installed", []string{"apk", "info", "--quiet", "--who-owns", at}, withoutVersion, "apk upgrade "},
		{"/var/lib/pacman/local", []string{"pacman", "--query", "--owns", "--quiet", at}, firstLine, "pacman -Syu "},
		{"/usr/sbin/pkg", []string{"pkg", "which", "--quiet", at}, withoutVersion, "pkg upgrade "},
	} {
		if !p.Has(manager.file) {
			continue
		}
		said, err := p.Run(ctx, manager.ask[0], manager.ask[1:]...)
		if err != nil {
			continue // it is not its file
		}
		if name := manager.name(said); packageName(name) {
			return manager.command + name
		}
	}
	return ""
}

func packageName(text string) bool {
	return text != "" && !strings.HasPrefix(text, "-") && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") == ""
}

func firstLine(said string) string {
	line, _, _ := strings.Cut(said, "\n")
	return strings.TrimSpace(line)
}

// withoutVersion makes drawbridge-desktop of drawbridge-desktop-1.2.3-r0, and of a line with more before it.
func withoutVersion(said string) string {
	words := strings.Fields(firstLine(said))
	if len(words) == 0 {
		return ""
	}
	name := words[len(words)-1]
	for i := 0; i+1 < len(name); i++ {
		if name[i] == '-' && name[i+1] >= '0' && name[i+1] <= '9' {
			return name[:i]
		}
	}
	return name
}
