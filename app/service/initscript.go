package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// scriptAct has OpenRC, or the init script itself, start, stop or restart. What they complain of is the error.
func (s *Service) scriptAct(ctx context.Context, verb string) error {
	program := "service"
	if s.manager == openRC {
		program = "rc-service"
	}
	return runSaying(ctx, program, Name, verb)
}

// runSaying runs a program of the system's, whose last words are the error if it fails.
func runSaying(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second // what it has started may keep its output open
	out, err := cmd.CombinedOutput()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := strings.Trim(lines[len(lines)-1], " *"); last != "" {
		err = fmt.Errorf("%s: %s", program, last)
	}
	return explained(err)
}

// sysvLinks are the links by which an init script is started, or stopped, with the system: the letter is S or K. Their
// numbers are whoever's has made them.
func sysvLinks(letter string) []string {
	links, _ := filepath.Glob("/etc/rc?.d/" + letter + "[0-9][0-9]" + Name)
	return links
}

// sysvEnable has the init script started with the system. Kardianos' package has made links; where Debian keeps the order
// of scripts, those that it does not know of are never started, whatever links there are.
func sysvEnable(ctx context.Context) error {
	if _, err := exec.LookPath("update-rc.d"); err != nil {
		return nil
	}
	return errors.Join(sysvUnlink(), runSaying(ctx, "update-rc.d", Name, "defaults"))
}

// sysvDisable forgets an init script that is gone. Kardianos' package leaves its links.
func sysvDisable(ctx context.Context) error {
	err := sysvUnlink()
	if _, missing := exec.LookPath("update-rc.d"); missing == nil {
		err = errors.Join(err, runSaying(ctx, "update-rc.d", Name, "remove"))
	}
	return err
}

func sysvUnlink() error {
	var err error
	for _, link := range append(sysvLinks("S"), sysvLinks("K")...) {
		if removed := os.Remove(link); removed != nil && !os.IsNotExist(removed) {
			err = errors.Join(err, removed)
		}
	}
	return err
}
