// Package pac evaluates PAC scripts (proxy auto-configuration): JavaScript whose
// FindProxyForURL(url, host) says through which proxy a request goes.
//
// A script comes from somebody else, and the interpreter that runs it can be
// stopped between two steps, but not within one, and not from using up stack and
// memory. So it has a process of its own ([Serve]) that package chooser starts,
// bounds and kills; and only the program that such a process is made of links the
// interpreter, which weighs more than the rest of Drawbridge.
//
// Scripts find the functions that browsers give them, but none looks up a name:
// dnsResolve and isResolvable of a name are null and false, and isInNet is false;
// of an address they are what they are elsewhere. Names are the proxy's to look up.
package pac

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dop251/goja"
)

const (
	// limit is how long an evaluation may take.
	limit = 250 * time.Millisecond
	// startLimit is how long what stands outside of the function may take.
	startLimit = time.Second
	// callDepth is how deep functions may call one another.
	callDepth = 500
)

// errTimeout is an evaluation that took too long.
var errTimeout = fmt.Errorf("the script did not come to an end within %v", limit)

// A Script is ready to be asked. It is not safe for concurrent use.
type Script struct {
	program *goja.Program
	now     func() time.Time // local
	alert   func(text string)

	runtime *goja.Runtime // nil: to be made
	find    goja.Callable
}

// Compile reads a script and runs what stands outside of its functions. The
// clock is now; alert gets what the script has to say and may be nil.
func Compile(text string, now func() time.Time, alert func(string)) (*Script, error) {
	program, err := goja.Compile("proxy.pac", strings.TrimPrefix(text, "\ufeff"), false)
	if err != nil {
		return nil, said(err)
	}
	s := &Script{program: program, now: now, alert: alert}
	if s.alert == nil {
		s.alert = func(string) {}
	}
	return s, s.start()
}

// start makes a runtime.
func (s *Script) start() error {
	vm := goja.New()
	vm.SetMaxCallStackSize(callDepth)
	s.define(vm)
	if err := within(vm, startLimit, func() error { _, err := vm.RunProgram(s.program); return err }); err != nil {
		return said(err)
	}
	find, ok := goja.AssertFunction(vm.Get("FindProxyForURL"))
	if !ok {
		return errors.New("the script has no function FindProxyForURL")
	}
	s.runtime, s.find = vm, find
	return nil
}

// Find asks the script about a URL with that host. What it returns is its own
// text, to be judged.
func (s *Script) Find(url, host string) (string, error) {
	if s.runtime == nil {
		if err := s.start(); err != nil {
			return "", err
		}
	}
	vm := s.runtime
	var answer goja.Value
	err := within(vm, limit, func() (err error) {
		answer, err = s.find(goja.Undefined(), vm.ToValue(url), vm.ToValue(host))
		return err
	})
	if err != nil {
		s.runtime, s.find = nil, nil // in a state that nobody knows
		return "", said(err)
	}
	text, ok := answer.Export().(string)
	if !ok {
		return "", fmt.Errorf("FindProxyForURL returned %s, not a text", kindOf(answer))
	}
	return text, nil
}

func kindOf(v goja.Value) string {
	switch {
	case goja.IsUndefined(v):
		return "nothing"
	case goja.IsNull(v):
		return "null"
	}
	return "something else"
}

// within runs f, which uses vm, and interrupts it when the time is up.
func within(vm *goja.Runtime, limit time.Duration, f func() error) error {
	timer := time.AfterFunc(limit, func() { vm.Interrupt(errTimeout) })
	defer timer.Stop()
	return f()
}

// said is an error in few words: a script's own text is cut.
func said(err error) error {
	if e, ok := errors.AsType[*goja.InterruptedError](err); ok && e.Value() == errTimeout {
		return errTimeout
	}
	if _, ok := errors.AsType[*goja.StackOverflowError](err); ok {
		return fmt.Errorf("the script calls functions more than %d deep", callDepth)
	}
	text := err.Error()
	if e, ok := errors.AsType[*goja.Exception](err); ok {
		text = e.String()
	}
	const most = 200
	if line, _, _ := strings.Cut(text, "\n"); len(line) < len(text) {
		text = line
	}
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return errors.New(text)
}

// define gives vm the functions that scripts expect.
func (s *Script) define(vm *goja.Runtime) {
	set := func(name string, f func(args []string) any) {
		vm.Set(name, func(call goja.FunctionCall) goja.Value {
			args := make([]string, len(call.Arguments))
			for i, a := range call.Arguments {
				args[i] = a.String()
			}
			return vm.ToValue(f(args))
		})
	}
	at := func(args []string, i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	set("isPlainHostName", func(a []string) any { return isPlainHostName(at(a, 0)) })
	set("dnsDomainIs", func(a []string) any { return dnsDomainIs(at(a, 0), at(a, 1)) })
	set("localHostOrDomainIs", func(a []string) any { return localHostOrDomainIs(at(a, 0), at(a, 1)) })
	set("dnsDomainLevels", func(a []string) any { return dnsDomainLevels(at(a, 0)) })
	set("isInNet", func(a []string) any { return isInNet(at(a, 0), at(a, 1), at(a, 2)) })
	set("isInNetEx", func(a []string) any { return isInNetEx(at(a, 0), at(a, 1)) })
	set("convert_addr", func(a []string) any { return convertAddr(at(a, 0)) })
	set("shExpMatch", func(a []string) any {
		matches, err := shExpMatch(at(a, 0), at(a, 1))
		if err != nil {
			panic(vm.NewGoError(err))
		}
		return matches
	})
	resolve := func(a []string, empty any, only4 bool) any {
		if ip, ok := address(at(a, 0)); ok && (ip.Is4() || !only4) {
			return ip.String()
		}
		return empty
	}
	set("dnsResolve", func(a []string) any { return resolve(a, nil, true) })
	set("dnsResolveEx", func(a []string) any { return resolve(a, "", false) })
	set("isResolvable", func(a []string) any { return resolve(a, nil, true) != nil })
	set("isResolvableEx", func(a []string) any { return resolve(a, nil, false) != nil })
	set("myIpAddress", func([]string) any {
		if own := myIPAddress("udp4"); own != "" {
			return own
		}
		return "127.0.0.1"
	})
	set("myIpAddressEx", func([]string) any {
		return strings.Trim(myIPAddress("udp4")+";"+myIPAddress("udp6"), ";")
	})
	set("weekdayRange", func(a []string) any { return weekdayRange(a, s.now()) })
	set("dateRange", func(a []string) any { return dateRange(a, s.now()) })
	set("timeRange", func(a []string) any { return timeRange(a, s.now()) })
	set("alert", func(a []string) any { s.alert(at(a, 0)); return goja.Undefined() })
}
