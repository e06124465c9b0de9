package tray

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// errNoClipboard says that nothing here takes a text into the clipboard.
var errNoClipboard = errors.New("no clipboard program was found")

// A copier is a program that takes its input into the clipboard. Texts may hold a password, so they are never arguments.
type copier []string

// copiers are those that suit a system, the best first.
func copiers(goos string, wayland, x11 bool) []copier {
	switch goos {
	case "darwin":
		return []copier{{"/usr/bin/pbcopy"}}
	case "windows":
		return []copier{{"clip.exe"}}
	}
	var list []copier
	if wayland {
		list = append(list, copier{"wl-copy", "--type", "text/plain"})
	}
	if x11 {
		list = append(list, copier{"xclip", "-selection", "clipboard"}, copier{"xsel", "--clipboard", "--input"})
	}
	return list
}

// copyWith gives text to the first of the programs that is there.
func copyWith(ctx context.Context, list []copier, text string) error {
	for _, c := range list {
		path, err := exec.LookPath(c[0])
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(ctx, path, c[1:]...)
		cmd.Stdin = strings.NewReader(text)
		quiet(cmd)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w", c[0], err)
		}
		return nil
	}
	return errNoClipboard
}
