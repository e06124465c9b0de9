package settings

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A reason says why a value is wrong: by a code, and by what the sentence of that code names. It is an error, in English.
type reason struct {
	code string
	with map[string]string
}

// because makes a reason of a code, and of pairs of a name and what stands in its place.
func because(code string, with ...string) reason {
	r := reason{code: code}
	for pair := range slices.Chunk(with, 2) {
		if r.with == nil {
			r.with = make(map[string]string)
		}
		r.with[pair[0]] = pair[1]
	}
	return r
}

// otherwise is a reason in words that no code has.
func otherwise(text string) reason { return because(other, "text", text) }

// reasonFor is what an error says: a reason of this package, or one of the engine's that is known by its words.
func reasonFor(err error) reason {
	if r, ok := errors.AsType[reason](err); ok {
		return r
	}
	return recognise(err.Error())
}

// recognise finds the code that has these words.
func recognise(text string) reason {
	for _, s := range sentences() {
		if with, ok := s.match(text); ok {
			return reason{s.code, with}
		}
	}
	return otherwise(text)
}

// Error implements error.
func (r reason) Error() string {
	if r.code == other {
		return r.with["text"]
	}
	for _, s := range sentences() {
		if s.code == r.code {
			return s.fill(r.with)
		}
	}
	panic("settings: no sentence for " + r.code)
}

// problem is the reason as a Problem with a key.
func (r reason) problem(field, text string) Problem {
	p := Problem{Field: field, Text: text, Reason: r.Error(), Code: r.code, With: maps.Clone(r.with)}
	if r.code == other {
		p.With = nil // Reason says it
	}
	return p
}

// other is the code of what has no other.
const other = "other"

// A sentence says a code in English, with names in braces.
type sentence struct{ code, text string }

// sentences are all codes but other. Faces have the same ones in the user's language: in assets/words, table [reason].
// Those of the engine are known here by its words; a test fails where it has changed them.
func sentences() []sentence {
	return []sentence{
		{"version", "has to be {want}, not {have}"},
		{"listen_empty", "is empty: name an address such as 127.0.0.1:1095"},
		{"listen_form", "is no address and port, such as 127.0.0.1:1095 or [::1]:1095"},
		{"listen_port", `port "{port}" has to be a number from 0 to 65535`},
		{"listen_host", "names no address: write 127.0.0.1 for this machine, 0.0.0.0 for every machine"},
		{"listen_name", `"{host}" has to be an IP address, such as 127.0.0.1, not a name`},
		{"listen_twice", "is there twice"},
		{"listen_beside", "cannot be beside {other}, which has the same port"},
		{"listen_exposed", "other machines can connect there: set a login, or open to allow it without"},
		{"no_profile", "there is no profile of that name"},
		{"no_profile_near", `there is no profile of that name; did you mean "{near}"?`},
		{"beside_password", "is missing beside a password"},
		{"beside_user", "is missing beside a user name"},
		{"colon", "may have no colon in it: Basic ends the name there"},
		{"missing", "is missing"},
		{"spaces", "may not begin or end with a space"},
		{"name_taken", "profile {number} has that name already"},
		{"method_user", `is missing: the method is "{method}"`},
		{"spares", "more than {most} are of no use"},
		{"between", "has to be between {low} and {high}"},
		{"too_long", "has {bytes} bytes; SOCKS5 takes 255"},
		{"controls", "may have no control characters in it"},
		{"utf8", "is not UTF-8 text"},
		{"negative", "may not be below zero"},
		{"choice", "has to be one of {choices}"},
		{"bool", "has to be true or false"},
		{"number", "has to be a whole number"},
		{"duration", "is no duration such as 10s, 2m or 1h30m"},
		{"list", `is no list such as ["a", "b"]`},
		{"url_missing", "is missing: name the endpoint, such as socks5://127.0.0.1:1080"},
		{"url_login", "has a login in it: put it into user and password, where it does not show"},
		{"url_circle", "is our own address {own}: traffic would run in a circle"},
		{"url_direct", "direct:// has no address"},
		{"url_scheme", "no valid scheme before ://"},
		{"url_unknown", `scheme "{scheme}" is not known; there are socks5, socks5h, socks, socks4, socks4a, http, https, direct, pac+file, pac+http and pac+https`},
		{"url_script_login", "a PAC script has no login: it would reach every proxy that the script names"},
		{"url_script_character", "the script's URL has a character that no URL has"},
		{"url_script_user", "a script's URL has no login"},
		{"url_script_behind", "nothing may follow the script's address"},
		{"url_script_file", "a script's file is written as pac+file:///path/proxy.pac"},
		{"url_script_scheme", "a script is reached by pac+file, pac+http or pac+https"},
		{"url_behind", "nothing may follow the address"},
		{"url_user", "bad percent-encoding in the user name"},
		{"url_password", "bad percent-encoding in the password; write % as %25"},
		{"url_nobody", "a login without a user name"},
		{"url_form", "the address is not host:port"},
		{"url_host", "no host"},
		{"url_port", "the port is not a number from 1 to 65535"},
		{"url_character", "the host contains a character that no host has"},
		{"url_address", "the host is no IPv6 address"},
		{"bypass_empty", "is empty"},
		{"bypass_url", "is a URL; write the host alone"},
		{"bypass_several", "is more than one pattern; write each by itself"},
		{"bypass_port", "has a port that is no number from 1 to 65535"},
		{"bypass_bracket", "has a [ without a ]"},
		{"bypass_brackets", "is no IPv6 address in brackets, such as [fd00::1] or [fd00::1]:443"},
		{"bypass_address", "is no IPv6 address"},
		{"bypass_colon", "has a colon without a port"},
		{"bypass_zone", "has a zone; leave out what begins with %"},
		{"bypass_network", "is no network, such as 10.0.0.0/8 or fd00::/8"},
		{"bypass_mapped", "is a network of IPv4 addresses within IPv6; write it as IPv4"},
		{"bypass_character", "has a character that no host name has; names in other scripts are written as xn--…"},
		{"bypass_dots", "has nothing between two dots, or before or behind one"},
		{"bypass_ip", "is no IP address"},
	}
}

// fill puts values in the place of the names.
func (s sentence) fill(with map[string]string) string {
	var pairs []string
	for name, value := range with {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(s.text)
}

// match is the way back: what stands in the place of the names, if text is this sentence.
func (s sentence) match(text string) (with map[string]string, ok bool) {
	if !strings.Contains(s.text, "{") {
		return nil, s.text == text
	}
	name := regexp.MustCompile(`\\\{([a-z]+)\\\}`) // as QuoteMeta leaves it
	pattern := regexp.MustCompile("^" + name.ReplaceAllString(regexp.QuoteMeta(s.text), "(?P<$1>.*)") + "$")
	found := pattern.FindStringSubmatch(text)
	if found == nil {
		return nil, false
	}
	with = make(map[string]string)
	for i, name := range pattern.SubexpNames()[1:] {
		with[name] = found[i+1]
	}
	return with, true
}
