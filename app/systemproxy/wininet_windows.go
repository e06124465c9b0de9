package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// winName is Windows: WinINet's options of each connection, the LAN's and those that are dialled.
const winName = "windows"

func current(func(string) string) (platform, error) { return newWinINet(), nil }

func platformNamed(name string, _ func(string) string) platform {
	if name != winName {
		return nil
	}
	return newWinINet()
}

// winINet is the platform.
type winINet struct {
	query, set, enumerate, free *windows.LazyProc
}

func newWinINet() winINet {
	dll := windows.NewLazySystemDLL("wininet.dll")
	return winINet{
		query:     dll.NewProc("InternetQueryOptionW"),
		set:       dll.NewProc("InternetSetOptionW"),
		enumerate: windows.NewLazySystemDLL("rasapi32.dll").NewProc("RasEnumEntriesW"),
		free:      windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree"),
	}
}

func (w winINet) name() string { return winName }

func (w winINet) plan(p Proxy, now []entry) []entry { return winPlan(p, now) }

func (w winINet) user(p Proxy, now []entry) []entry { return winUser(p, now) }

func (w winINet) read(context.Context) ([]entry, error) {
	var connections []connection
	for _, name := range append([]string{""}, w.dialled()...) {
		c, err := w.connection(name)
		if err != nil {
			return nil, err
		}
		connections = append(connections, c)
	}
	return winEntries(connections), nil
}

func (w winINet) write(ctx context.Context, entries []entry) error {
	for _, name := range winConnections(entries) {
		options, err := winOptions(entries, name)
		if err != nil {
			return err
		}
		if err := w.setConnection(name, options); err != nil {
			return err
		}
	}
	w.announce(ctx)
	if err := verify(ctx, w, winKept(entries)); err != nil {
		return err
	}
	now, err := readRegistry()
	if err != nil {
		return err
	}
	return now.check(entries)
}

// optionPerConnection is INTERNET_OPTION_PER_CONNECTION_OPTION.
const optionPerConnection = 75

// perConnOption is INTERNET_PER_CONN_OPTION. Its value is a union of eight bytes, which Go aligns as C does: by four
// bytes on 386, by eight elsewhere.
type perConnOption struct {
	option uint32
	value  uint64 // a number, or a pointer to text, from the lowest byte on
}

// perConnOptionList is INTERNET_PER_CONN_OPTION_LIST.
type perConnOptionList struct {
	size       uint32
	connection *uint16
	count      uint32
	failed     uint32
	options    *perConnOption
}

func newList(name string, options []perConnOption) (*perConnOptionList, error) {
	l := &perConnOptionList{count: uint32(len(options)), options: &options[0]}
	l.size = uint32(unsafe.Sizeof(*l))
	if name == "" {
		return l, nil
	}
	var err error
	l.connection, err = windows.UTF16PtrFromString(name)
	return l, err
}

// connection reads the setting of one.
func (w winINet) connection(name string) (connection, error) {
	const flagsAsShown = 10 // INTERNET_PER_CONN_FLAGS_UI: not what automatic detection makes of them
	options := []perConnOption{{option: flagsAsShown}, {option: winServer}, {option: winBypass}, {option: winPAC}}
	list, err := newList(name, options)
	if err != nil {
		return connection{}, err
	}
	ask := func() error {
		size := list.size
		ok, _, err := w.query.Call(0, optionPerConnection, uintptr(unsafe.Pointer(list)), uintptr(unsafe.Pointer(&size)))
		if ok == 0 {
			return fmt.Errorf("InternetQueryOption: %w", err)
		}
		return nil
	}
	if err = ask(); err != nil {
		options[0].option = winFlags
		err = ask()
	}
	if err != nil {
		return connection{}, err
	}
	return connection{
		name:   name,
		flags:  uint32(options[0].value),
		server: w.taken(&options[1]),
		bypass: w.taken(&options[2]),
		pac:    w.taken(&options[3]),
	}, nil
}

// taken returns the text that an option has, and frees it.
func (w winINet) taken(o *perConnOption) string {
	if o.value == 0 {
		return ""
	}
	defer w.free.Call(uintptr(o.value))
	return windows.UTF16PtrToString(*(**uint16)(unsafe.Pointer(&o.value)))
}

func (w winINet) setConnection(name string, set []winOption) error {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	options := make([]perConnOption, len(set))
	for i, s := range set {
		options[i].option = s.option
		if s.option == winFlags {
			options[i].value = uint64(s.number)
			continue
		}
		text, err := windows.UTF16PtrFromString(s.text)
		if err != nil {
			return err
		}
		pinner.Pin(text)
		options[i].value = uint64(uintptr(unsafe.Pointer(text)))
	}
	list, err := newList(name, options)
	if err != nil {
		return err
	}
	ok, _, err := w.set.Call(0, optionPerConnection, uintptr(unsafe.Pointer(list)), uintptr(list.size))
	if ok == 0 {
		return fmt.Errorf("InternetSetOption: %w", err)
	}
	return nil
}

// announce tells the programs that run, and waits for that, but not when ctx is done. Some do without; Wine can't refresh.
func (w winINet) announce(ctx context.Context) {
	const settingsChanged, refresh, proxyChanged = 39, 37, 95
	told := make(chan struct{})
	go func() {
		defer close(told)
		for _, option := range []uintptr{settingsChanged, proxyChanged, refresh} {
			w.set.Call(0, option, 0, 0)
		}
	}()
	select {
	case <-told:
	case <-ctx.Done():
	}
}

// rasEntryName is RASENTRYNAMEW.
type rasEntryName struct {
	size  uint32
	name  [257]uint16
	flags uint32
	path  [261]uint16
}

// dialled returns the names of the connections in the phone books. Where that service is not there, there are none.
func (w winINet) dialled() []string {
	if w.enumerate.Find() != nil {
		return nil
	}
	const tooSmall = 603 // ERROR_BUFFER_TOO_SMALL of RAS
	found := make([]rasEntryName, 1)
	for range 3 { // their number may change
		found[0].size = uint32(unsafe.Sizeof(found[0]))
		size, count := uint32(len(found))*found[0].size, uint32(0)
		code, _, _ := w.enumerate.Call(0, 0, uintptr(unsafe.Pointer(&found[0])), uintptr(unsafe.Pointer(&size)), uintptr(unsafe.Pointer(&count)))
		switch code {
		case 0:
			var names []string
			for _, e := range found[:min(int(count), len(found))] {
				names = append(names, windows.UTF16ToString(e.name[:]))
			}
			return names
		case tooSmall:
			found = make([]rasEntryName, size/found[0].size+1)
		default:
			return nil
		}
	}
	return nil
}

func readRegistry() (registryState, error) {
	const path = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err != nil {
		return registryState{}, fmt.Errorf("read the registry: %w", err)
	}
	defer key.Close()
	var r registryState
	var errs [3]error
	r.enable, _, errs[0] = key.GetIntegerValue("ProxyEnable")
	r.server, _, errs[1] = key.GetStringValue("ProxyServer")
	r.pac, _, errs[2] = key.GetStringValue("AutoConfigURL")
	for _, err := range errs {
		if err != nil && !errors.Is(err, registry.ErrNotExist) {
			return r, fmt.Errorf("read the registry: %w", err)
		}
	}
	return r, nil
}
