// Package settings says what a person can choose about Drawbridge, and keeps it in one TOML file.
//
// A minute's tour: Load reads the file, Default is what holds without one, and Validate is the one judge of both, of a
// form and of the command line. Get and Set address single values by the keys of the file ("timeouts.dial",
// "profile.Office.url"). Set and Save change only the bytes that have to change: comments, order and spacing are the
// user's own and stay. Watch tells when somebody else changed the file.
//
// A file that cannot be read in full is an error with line and column; it is never repaired and never overwritten.
package settings

import (
	"slices"
	"time"
)

// Version is the version of the settings file that this package reads and writes.
const Version = 1

// Settings is everything a person can choose. Values are plain data: copy them with Clone, compare them with Equal.
// The zero value is not useful; start from Default.
//
// The json tags are the keys of the file too; what each value means stands in schema.go, once for people and programs.
type Settings struct {
	Version         int       `json:"version"`
	Listen          []string  `json:"listen"`
	Open            bool      `json:"open"`
	SOCKSClients    bool      `json:"socks_clients"`
	Via             bool      `json:"via"`
	ForwardedFor    bool      `json:"forwarded_for"`
	Bypass          []string  `json:"bypass"`            // targets to connect to directly, see route.ParseBypass
	SystemProxy     string    `json:"system_proxy"`      // what the system is told while its proxy is the bridge: all, pac; leave: nothing
	MendSystemProxy bool      `json:"mend_system_proxy"` // take it again where somebody else has changed it
	Use             string    `json:"use"`
	Login           Login     `json:"login"`
	Profiles        []Profile `json:"profile"`
	Timeouts        Timeouts  `json:"timeouts"`
	Pool            Pool      `json:"pool"`
	Limits          Limits    `json:"limits"`
	Log             Log       `json:"log"`
	Desktop         Desktop   `json:"desktop"`
}

// Login is what clients have to present (Basic). The zero value asks for nothing.
type Login struct {
	User     string `json:"user"`
	Password Secret `json:"password"`
}

// Set reports whether clients have to log in.
func (l Login) Set() bool { return l.User != "" || l.Password != "" }

// Profile is a named upstream. The zero value of Method and OneFlight means "auto".
type Profile struct {
	Name      string `json:"name"`
	URL       string `json:"url"`
	User      string `json:"user"`
	Password  Secret `json:"password"`
	Method    string `json:"method"`
	OneFlight string `json:"one_flight"`
	Spares    int    `json:"spares"`
}

// Timeouts bound the steps of a connection. Zero means what Default says, but for TunnelIdle, where it means no bound.
type Timeouts struct {
	Dial       Duration `json:"dial"`
	Handshake  Duration `json:"handshake"`
	Header     Duration `json:"header"`
	Idle       Duration `json:"idle"`
	TunnelIdle Duration `json:"tunnel_idle"`
}

// Pool bounds the connections to targets that are kept and shared. PerHost, Total and Idle are counts of connections:
// zero means no limit for the first two, and none for Idle. Zero durations mean what Default says.
type Pool struct {
	PerHost     int      `json:"per_host"`
	Total       int      `json:"total"`
	Idle        int      `json:"idle"`
	IdleTimeout Duration `json:"idle_timeout"`
	Wait        Duration `json:"wait"`
}

// Limits bound what one client, and all clients together, may ask for. Zero Clients means as many as the descriptor
// limit allows.
type Limits struct {
	HeadBytes  int `json:"head_bytes"`
	HeadFields int `json:"head_fields"`
	Clients    int `json:"clients"`
}

// Log says what is logged, and how.
type Log struct {
	Level  string `json:"level"`
	Format string `json:"format"`
}

// Desktop says how the tray and the window behave. The headless program does not look at it.
type Desktop struct {
	Start         string `json:"start"`         // the bridge, when the tray starts: last, on, off
	StartHidden   bool   `json:"start_hidden"`  // no window when the tray starts
	LeftClick     string `json:"left_click"`    // on the icon: toggle, menu, window
	Notifications bool   `json:"notifications"` // tell what went wrong while nobody looked
	Updates       bool   `json:"updates"`       // look once a week, through the bridge, whether there is a newer version
	Theme         string `json:"theme"`         // system, light, dark
	Accent        string `json:"accent"`        // by name, see schema.go
	TextSize      string `json:"text_size"`     // small, normal, large, larger
	Language      string `json:"language"`      // system, or a BCP 47 tag that there are words for
}

// Default returns the settings that hold without a file. It has no profile: the program then chooses an upstream by
// itself.
func Default() Settings {
	return Settings{
		Version:      Version,
		Listen:       []string{"127.0.0.1:1095"},
		SOCKSClients: true,
		SystemProxy:  "all",
		Timeouts: Timeouts{
			Dial:      Duration(10 * time.Second),
			Handshake: Duration(10 * time.Second),
			Header:    Duration(30 * time.Second),
			Idle:      Duration(2 * time.Minute),
		},
		Pool: Pool{
			Idle:        256,
			IdleTimeout: Duration(60 * time.Second),
			Wait:        Duration(10 * time.Second),
		},
		Limits: Limits{HeadBytes: 64 << 10, HeadFields: 256},
		Log:    Log{Level: "info", Format: "text"},
		Desktop: Desktop{
			Start:         "last",
			StartHidden:   true,
			LeftClick:     "toggle",
			Notifications: true,
			Updates:       true,
			Theme:         "system",
			Accent:        "moat",
			TextSize:      "normal",
			Language:      "system",
		},
	}
}

// DefaultProfile returns a profile with everything but name and URL chosen. A [[profile]] in the file starts from it.
func DefaultProfile() Profile {
	return Profile{Method: "auto", OneFlight: "auto", Spares: 2}
}

// Clone returns a copy that shares nothing with s.
func (s Settings) Clone() Settings {
	s.Listen = slices.Clone(s.Listen)
	s.Bypass = slices.Clone(s.Bypass)
	s.Profiles = slices.Clone(s.Profiles)
	return s
}

// Equal reports whether s and t say the same.
func (s Settings) Equal(t Settings) bool {
	return slices.Equal(s.Listen, t.Listen) && slices.Equal(s.Profiles, t.Profiles) &&
		slices.Equal(s.Bypass, t.Bypass) && s.scalars() == t.scalars()
}

// scalars is the comparable part of Settings.
func (s Settings) scalars() any {
	type scalars struct {
		version                               int
		open, socksClients, via, forwardedFor bool
		mendSystemProxy                       bool
		systemProxy, use                      string
		login                                 Login
		timeouts                              Timeouts
		pool                                  Pool
		limits                                Limits
		log                                   Log
		desktop                               Desktop
	}
	return scalars{
		s.Version, s.Open, s.SOCKSClients, s.Via, s.ForwardedFor, s.MendSystemProxy, s.SystemProxy, s.Use,
		s.Login, s.Timeouts, s.Pool, s.Limits, s.Log, s.Desktop,
	}
}

// Profile returns the profile in use: the one that Use names, or the first. It reports false when there is none.
func (s Settings) Profile() (Profile, bool) {
	for _, p := range s.Profiles {
		if s.Use == "" || p.Name == s.Use {
			return p, true
		}
	}
	return Profile{}, false
}
