package upstream

import (
	"context"
	"errors"
	"net"
	"net/url"
	"path"
	"strings"
)

// pac stands in front of the URL of a PAC script that decides about each
// request, in the place of an endpoint.
const pac = "pac+"

// ErrUndecided is the error of dials through an upstream that names a PAC script:
// whoever dials has to ask the script where to.
var ErrUndecided = errors.New("a PAC script decides where this goes, and was not asked")

// ErrUnready is wrapped by errors that befall every request, since the script that
// decides could not be loaded.
var ErrUnready = errors.New("the PAC script cannot be had")

// undecided is the dialer of an upstream that names a script.
type undecided struct{}

func (undecided) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, ErrUndecided
}
func (undecided) Dial(string, string) (net.Conn, error) { return nil, ErrUndecided }

// parseScript reads the URL of a script, with what stands in front of it.
func parseScript(scheme, rest string) (Endpoint, error) {
	u, err := url.Parse(strings.TrimPrefix(scheme, pac) + "://" + rest)
	if err != nil {
		return Endpoint{}, errors.New("the script's URL has a character that no URL has")
	}
	switch {
	case u.User != nil:
		return Endpoint{}, errors.New("a script's URL has no login")
	case u.Fragment != "" || strings.HasSuffix(rest, "#"):
		return Endpoint{}, errors.New("nothing may follow the script's address")
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" && u.Host != "localhost" || u.RawQuery != "" || !path.IsAbs(u.Path) || strings.HasSuffix(u.Path, "/") {
			return Endpoint{}, errors.New("a script's file is written as pac+file:///path/proxy.pac")
		}
		u.Host = ""
	case "http", "https":
		port := u.Port()
		if port == "" {
			port = "80"
		}
		if _, err := address(net.JoinHostPort(u.Hostname(), port), ""); err != nil {
			return Endpoint{}, err
		}
	default:
		return Endpoint{}, errors.New("a script is reached by pac+file, pac+http or pac+https")
	}
	return Endpoint{Scheme: pac + u.Scheme, Script: u.String()}, nil
}
