//go:build !unix

package control

// private trusts the user's own directories, whose access lists keep others out.
func private(string) error { return nil }
