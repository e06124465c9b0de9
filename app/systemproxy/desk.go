package systemproxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A desk is the folder where the journal lies.
type desk struct {
	dir  string
	sync func(*os.File) error // makes what was written to a file last
	step func()               // is called before each step after which the process may be dead
}

func (d *desk) path() string { return filepath.Join(d.dir, "system-proxy.json") }

// load returns the journal, nil if nothing has to be given back.
func (d *desk) load() (*journal, error) {
	text, err := os.ReadFile(d.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what to give back: %w", err)
	}
	j := new(journal)
	if err := json.Unmarshal(text, j); err != nil {
		return nil, fmt.Errorf("read what to give back: %s: %w", d.path(), err)
	}
	if j.Version != journalVersion {
		return nil, fmt.Errorf("read what to give back: %s: version %d is not known here", d.path(), j.Version)
	}
	return j, nil
}

// save replaces the journal. When it returns, the journal outlives a power cut; after an error or a crash it is the old
// one or the new one.
func (d *desk) save(j *journal) error {
	text, err := json.MarshalIndent(j, "", "\t")
	if err != nil {
		return err
	}
	if err := d.replace(append(text, '\n')); err != nil {
		return fmt.Errorf("write down what to give back: %w", err)
	}
	return nil
}

func (d *desk) replace(text []byte) error {
	temp := d.path() + ".new" // one name is enough: whoever writes has the lock
	d.step()
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = d.sync(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		d.step()
		err = renameFile(temp, d.path())
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return d.syncDir()
}

// remove takes the journal away: all is given back.
func (d *desk) remove() error {
	d.step()
	err := removeFile(d.path())
	if err == nil {
		err = d.syncDir()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget what was given back: %w", err)
	}
	return nil
}
