//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A program is one that may stand between client and endpoint.
type program struct {
	name string
	via  string // how its clients ask: "http" or "socks"
	path string // "" for the straight connection, which has no program
	err  error  // why it cannot be started at all
	// command returns the arguments that make it listen on addr and relay through the SOCKS endpoint upstream, with
	// its configuration files written in dir.
	command func(addr, upstream, dir string) (args []string, err error)
	// env is added to its environment.
	env []string
	// announces says that the first lines of its standard output tell where it listens, so that it is given port 0.
	announces func(line []byte) (addr string, ok bool)
	// stdin says that it ends when its standard input does.
	stdin bool
}

func straight() program { return program{name: "straight", via: "socks"} }

func relayProgram(self string) program {
	return program{
		name: baseline, via: "socks", path: self, env: []string{partVar + "=relay"}, stdin: true,
		command: func(addr, upstream, _ string) ([]string, error) { return []string{addr, upstream}, nil },
		announces: func(line []byte) (string, bool) {
			return strings.TrimSpace(string(line)), true
		},
	}
}

func drawbridge(path string) program {
	return program{
		name: judged, via: "http", path: path,
		command: func(addr, upstream, _ string) ([]string, error) {
			return []string{"run", "--json", "--listen", addr, "--upstream", "socks5://" + upstream}, nil
		},
		announces: func(line []byte) (string, bool) {
			var e struct {
				Event     string   `json:"event"`
				Addresses []string `json:"addresses"`
			}
			if json.Unmarshal(line, &e) != nil || e.Event != "listening" || len(e.Addresses) == 0 {
				return "", false
			}
			return e.Addresses[0], true
		},
	}
}

// build builds our program into dir.
func build(dir string) (string, error) {
	out := filepath.Join(dir, judged)
	cmd := exec.Command("go", "build", "-trimpath", "-o", out, "github.com/drawbridge-app/drawbridge/cmd/drawbridge")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if b, err := cmd.CombinedOutput(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
		return "", fmt.Errorf("go build: %s", shorten(first))
	}
	return out, nil
}

// An instance is a program that runs, or the straight connection.
type instance struct {
	program
	*process        // nil for the straight connection
	addr     string // where clients connect
}

func (in *instance) processID() int {
	if in.process == nil {
		return 0
	}
	return in.process.pid
}

// startTime bounds how long a program may take until it listens.
const startTime = 15 * time.Second

// run starts the program in front of upstream. dir is an empty directory of its own. addr is where it shall listen;
// with port 0 the program chooses, or a free port is chosen for it. user is as whom it runs, 0 as the bench.
func (p program) run(addr, upstream, dir string, user uint32) (*instance, error) {
	if p.err != nil {
		return nil, p.err
	}
	if p.path == "" {
		return &instance{program: p, addr: upstream}, nil
	}
	if p.announces == nil && strings.HasSuffix(addr, ":0") {
		var err error
		if addr, err = freePort(); err != nil {
			return nil, err
		}
	}
	l, err := p.launch(addr, upstream, dir, user)
	if err != nil {
		return nil, err
	}
	proc, err := l.start()
	if err != nil {
		return nil, err
	}
	in := &instance{program: p, process: proc, addr: addr}
	if p.announces == nil {
		err = in.wait()
	} else {
		in.addr, err = in.listening()
	}
	if err != nil {
		proc.stop()
		return nil, proc.why(err)
	}
	return in, nil
}

func (p program) launch(addr, upstream, dir string, user uint32) (launch, error) {
	args, err := p.command(addr, upstream, dir)
	if err != nil {
		return launch{}, err
	}
	if user != 0 {
		if err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Chown(path, int(user), int(user))
		}); err != nil {
			return launch{}, err
		}
	}
	return launch{path: p.path, args: args, env: p.env, dir: dir, user: user,
		stdin: p.stdin, stdout: p.announces != nil}, nil
}

// wait returns when something accepts connections at the instance's address.
func (in *instance) wait() error {
	for end := time.Now().Add(startTime); time.Now().Before(end); {
		select {
		case <-in.exited:
			return errors.New("ended at once")
		default:
		}
		if c, err := net.Dial("tcp4", in.addr); err == nil {
			return c.Close()
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.New("does not listen")
}

// listening reads the address that the program tells, and goes on reading what else it says.
func (in *instance) listening() (string, error) {
	in.out.SetReadDeadline(time.Now().Add(startTime))
	rd := bufio.NewReader(in.out)
	for {
		line, err := rd.ReadBytes('\n')
		if err == io.EOF {
			return "", errors.New("ended at once")
		}
		if err != nil {
			return "", errors.New("does not say where it listens")
		}
		if addr, ok := in.announces(line); ok {
			in.out.SetReadDeadline(time.Time{})
			go io.Copy(io.Discard, rd)
			return addr, nil
		}
	}
}

// freePort is an address on loopback where nothing listens now.
func freePort() (string, error) {
	l, err := listen("127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
