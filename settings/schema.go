package settings

import "strings"

// field is one value of the schema: its key, its help, and where it lives in T.
type field[T any] struct {
	key     string       // within its table: "dial" has the key "timeouts.dial", a profile's name has "name"
	help    string       // one line, lower case, for completion and for the listing
	choices []string     // the only texts allowed; nil: free
	at      func(*T) any // pointer to bool, int, string, []string, Duration or Secret
}

// schema lists every value outside of profiles, in the order of the file. Decoding, editing, listing and completion all
// go by this table and by profileSchema, so a new setting is one line here and one in its struct.
func schema() []field[Settings] {
	return []field[Settings]{
		{"version", "version of this file's format", nil, func(s *Settings) any { return &s.Version }},
		{"listen", "addresses where clients connect", nil, func(s *Settings) any { return &s.Listen }},
		{"open", "allow a non-loopback address without a login", nil, func(s *Settings) any { return &s.Open }},
		{"socks_clients", "take SOCKS 4a and 5 clients on the same port", nil, func(s *Settings) any { return &s.SOCKSClients }},
		{"via", "add a Via field to requests and answers", nil, func(s *Settings) any { return &s.Via }},
		{"forwarded_for", "tell targets the client's address", nil, func(s *Settings) any { return &s.ForwardedFor }},
		{"bypass", "targets to connect to directly, without the upstream", nil, func(s *Settings) any { return &s.Bypass }},
		{"system_proxy", "how the system is led here: all traffic, by a PAC file, or not at all", []string{"all", "pac", "leave"}, func(s *Settings) any { return &s.SystemProxy }},
		{"mend_system_proxy", "set the system's proxy again when something else has changed it", nil, func(s *Settings) any { return &s.MendSystemProxy }},
		{"use", "name of the profile in use; empty: the first", nil, func(s *Settings) any { return &s.Use }},

		{"login.user", "user name asked of clients; empty: none", nil, func(s *Settings) any { return &s.Login.User }},
		{"login.password", "password asked of clients", nil, func(s *Settings) any { return &s.Login.Password }},

		{"timeouts.dial", "to connect to the upstream", nil, func(s *Settings) any { return &s.Timeouts.Dial }},
		{"timeouts.handshake", "for the upstream's handshake", nil, func(s *Settings) any { return &s.Timeouts.Handshake }},
		{"timeouts.header", "for a client's complete request head", nil, func(s *Settings) any { return &s.Timeouts.Header }},
		{"timeouts.idle", "for a kept-alive client's next request", nil, func(s *Settings) any { return &s.Timeouts.Idle }},
		{"timeouts.tunnel_idle", "for a silent tunnel; 0s: it lives", nil, func(s *Settings) any { return &s.Timeouts.TunnelIdle }},

		{"pool.per_host", "connections to one target; 0: no limit", nil, func(s *Settings) any { return &s.Pool.PerHost }},
		{"pool.total", "connections to all targets; 0: no limit", nil, func(s *Settings) any { return &s.Pool.Total }},
		{"pool.idle", "idle connections kept, in all", nil, func(s *Settings) any { return &s.Pool.Idle }},
		{"pool.idle_timeout", "how long an idle connection is kept", nil, func(s *Settings) any { return &s.Pool.IdleTimeout }},
		{"pool.wait", "in the queue when the pool is full", nil, func(s *Settings) any { return &s.Pool.Wait }},

		{"limits.head_bytes", "bytes in a message head", nil, func(s *Settings) any { return &s.Limits.HeadBytes }},
		{"limits.head_fields", "fields in a message head", nil, func(s *Settings) any { return &s.Limits.HeadFields }},
		{"limits.clients", "clients at once; 0: from the descriptor limit", nil, func(s *Settings) any { return &s.Limits.Clients }},

		{"log.level", "least important line to log", []string{"debug", "info", "warn", "error"}, func(s *Settings) any { return &s.Log.Level }},
		{"log.format", "form of a line", []string{"text", "json"}, func(s *Settings) any { return &s.Log.Format }},

		{"desktop.start", "the bridge when the tray starts: as it was last, on or off", []string{"last", "on", "off"}, func(s *Settings) any { return &s.Desktop.Start }},
		{"desktop.start_hidden", "open no window when the tray starts", nil, func(s *Settings) any { return &s.Desktop.StartHidden }},
		{"desktop.left_click", "what a click on the icon does", []string{"toggle", "menu", "window"}, func(s *Settings) any { return &s.Desktop.LeftClick }},
		{"desktop.notifications", "tell when something broke", nil, func(s *Settings) any { return &s.Desktop.Notifications }},
		{"desktop.updates", "look once a week, through the bridge, for a newer version", nil, func(s *Settings) any { return &s.Desktop.Updates }},
		{"desktop.theme", "light or dark", []string{"system", "light", "dark"}, func(s *Settings) any { return &s.Desktop.Theme }},
		{"desktop.accent", "colour of what can be clicked", []string{"moat", "harbour", "heather", "plum", "graphite"}, func(s *Settings) any { return &s.Desktop.Accent }},
		{"desktop.text_size", "size of the window's text", []string{"small", "normal", "large", "larger"}, func(s *Settings) any { return &s.Desktop.TextSize }},
		{"desktop.language", "of tray and window", []string{"system", "en", "zh-Hans", "ru"}, func(s *Settings) any { return &s.Desktop.Language }},
	}
}

// profileSchema lists the values of one [[profile]].
func profileSchema() []field[Profile] {
	return []field[Profile]{
		{"name", "what this upstream is called", nil, func(p *Profile) any { return &p.Name }},
		{"url", "the endpoint: socks5://host:port, http://host:port, or a PAC script: pac+file:///path", nil, func(p *Profile) any { return &p.URL }},
		{"user", "user name for the endpoint", nil, func(p *Profile) any { return &p.User }},
		{"password", "password for the endpoint", nil, func(p *Profile) any { return &p.Password }},
		{"method", "SOCKS5 methods to offer", []string{"auto", "none", "password"}, func(p *Profile) any { return &p.Method }},
		{"one_flight", "send greeting and request together", []string{"auto", "yes", "no"}, func(p *Profile) any { return &p.OneFlight }},
		{"spares", "greeted connections kept ready", nil, func(p *Profile) any { return &p.Spares }},
	}
}

// find returns the field of that key.
func find[T any](fields []field[T], key string) (field[T], bool) {
	for _, f := range fields {
		if f.key == key {
			return f, true
		}
	}
	return field[T]{}, false
}

// table returns the table and the key within it: "timeouts", "dial", or "", "listen".
func (f field[T]) table() (table, key string) {
	if table, key, ok := strings.Cut(f.key, "."); ok {
		return table, key
	}
	return "", f.key
}
