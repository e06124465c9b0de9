package update

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
)

// opener is the command that starts an installer of this system.
func opener(i *Installer) []string { return openerOn(runtime.GOOS, i) }

// openerOn is the same for any system: the arguments begin with the program's name.
func openerOn(system string, i *Installer) []string {
	at := filepath.Dir(i.Path)
	switch {
	case i.Artifact.Kind == Setup && system == "windows":
		return []string{i.Path}
	case i.Artifact.Kind == Image && system == "darwin":
		return []string{"/usr/bin/open", i.Path}
	case i.Artifact.Kind != Archive:
		return nil
	case system == "windows":
		return []string{"explorer.exe", at}
	case system == "darwin":
		return []string{"/usr/bin/open", at}
	}
	return []string{"xdg-open", at}
}

// launch starts a program that lives on by itself.
func launch(command []string) error {
	if len(command) == 0 {
		return errors.New("it is not one for this system")
	}
	cmd := exec.Command(command[0], command[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // ends with it, or with this process; explorer's exit code means nothing
	return nil
}
