//go:build !windows && !darwin

package update

func setupFolder() string { return "" }

// systemVersion is empty: there are too many systems.
func systemVersion() string { return "" }
