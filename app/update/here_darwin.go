package update

import "golang.org/x/sys/unix"

func setupFolder() string { return "" }

// systemVersion is macOS's own, such as "14.5"; empty: it does not tell.
func systemVersion() string {
	version, err := unix.Sysctl("kern.osproductversion")
	if err != nil {
		return ""
	}
	return version
}
