//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// firstUser is the first of the ordinary users as whom programs run where a work asks for one, if we are root. Every
// program is a user of its own: they would share one user's budget of pipe memory, and one that holds pipes while idle
// would make all the others slow.
const firstUser = 59000

// A launch says how to start a process.
type launch struct {
	path   string
	args   []string
	env    []string // added to the bare environment
	dir    string   // working directory and home; "" is the bench's own
	user   uint32   // as whom it runs; 0 is as the bench
	stdin  bool     // wants a pipe on standard input
	stdout bool     // wants its standard output read; otherwise it is kept with standard error
}

// A process is one child. It ends with stop, or with the bench.
type process struct {
	pid    int
	in     io.WriteCloser // nil without launch.stdin
	out    *os.File       // nil without launch.stdout
	cmd    *exec.Cmd
	errs   *tail
	exited chan struct{}
}

func (l launch) start() (*process, error) {
	p := &process{cmd: exec.Command(l.path, l.args...), errs: &tail{}, exited: make(chan struct{})}
	p.cmd.Dir = l.dir
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + l.dir, "LANG=C", "TMPDIR=" + os.TempDir()}, l.env...)
	// An own process group: an interrupt typed at the terminal is for the bench, which then ends its children in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if l.user != 0 {
		p.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: l.user, Gid: l.user}
	}
	p.cmd.Stderr = p.errs
	// A child's child may hold standard error open; do not wait for it.
	p.cmd.WaitDelay = time.Second
	if l.stdin {
		in, err := p.cmd.StdinPipe()
		if err != nil {
			return nil, err
		}
		p.in = in
	}
	var w *os.File
	if l.stdout {
		var err error
		if p.out, w, err = os.Pipe(); err != nil {
			return nil, err
		}
		p.cmd.Stdout = w
	} else {
		p.cmd.Stdout = p.errs
	}
	err := p.cmd.Start()
	if w != nil {
		w.Close()
	}
	if err != nil {
		if p.out != nil {
			p.out.Close()
		}
		return nil, fmt.Errorf("start %s: %w", filepath.Base(l.path), err)
	}
	p.pid = p.cmd.Process.Pid
	go func() {
		p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// stop ends the process and waits for it. It may be called more than once.
func (p *process) stop() {
	if p == nil {
		return
	}
	select {
	case <-p.exited:
	default:
		p.cmd.Process.Kill()
		<-p.exited
	}
	if p.out != nil {
		p.out.Close()
	}
}

// why is err with the last thing that the process said.
func (p *process) why(err error) error {
	if last := p.errs.last(); last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}

// tail keeps the last of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - 4096; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(b), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.buf), []byte("\n"))
	return shorten(string(lines[len(lines)-1]))
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return s
}

// cpuTime is the user and system time that process pid has used so far, ended threads included, in seconds. It asks
// the process's own CPU clock: /proc/PID/stat counts in hundredths of a second. 0 if there is no such process.
func cpuTime(pid int) float64 {
	if pid == 0 {
		return 0
	}
	const sched = 2 // CPUCLOCK_SCHED, see clock_getcpuclockid(3)
	var ts syscall.Timespec
	clock := uint32(^int32(pid))<<3 | sched
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, uintptr(int32(clock)), uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		return 0
	}
	return time.Duration(ts.Nano()).Seconds()
}

// memory reads a field of /proc/PID/status, such as VmRSS (resident now) or VmHWM (most ever), in bytes.
func memory(pid int, field string) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb * 1024, err
		}
	}
	return 0, fmt.Errorf("read /proc/%d/status: no %s", pid, field)
}

// descriptors counts the open ones of process pid.
func descriptors(pid int) (int, error) {
	d, err := os.Open(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return 0, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	return len(names), err
}

// raiseLimit lets this process and its children have want descriptors if it may, and returns how many they have.
func raiseLimit(want uint64) uint64 {
	var have syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &have) != nil {
		return 1024
	}
	if have.Max < want && syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: want, Max: want}) == nil {
		return want
	}
	// Set it even if it is so already: Go raises its own soft limit, but gives the children the old one unless told.
	have.Cur = have.Max
	syscall.Setrlimit(syscall.RLIMIT_NOFILE, &have)
	return have.Max
}
