package tray

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// A copier is a program that takes its input into the clipboard. Texts may hold a password, so they are never arguments.
type copier []string

// take gives text to the program.
func (c copier) take(ctx context.Context, text string) error {
	cmd := exec.CommandContext(ctx, c[0], c[1:]...)
	cmd.Stdin = strings.NewReader(text)
	quiet(cmd)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("copy with %s: %w", c[0], err)
	}
	return nil
}
