//go:build ci || !(linux || freebsd || openbsd || netbsd)

package main

// introduce does nothing: here desktops know windows by their programs.
func introduce() {}
