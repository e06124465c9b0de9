package pac

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/drawbridge-app/drawbridge/app/chooser"
)

// fetch gets a script from a web server, or hears that it is the one that is known.
// It asks no proxy: the bridge that the script decides for may be the system's.
func fetch(q chooser.Question) (r chooser.Reply, err error) {
	const patience = 10 * time.Second
	client := http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			Proxy: nil, DisableKeepAlives: true, TLSHandshakeTimeout: patience, MaxResponseHeaderBytes: 64 << 10,
			DialContext: (&net.Dialer{Timeout: patience}).DialContext,
		},
		CheckRedirect: redirect,
	}
	req, err := http.NewRequest(http.MethodGet, q.Fetch, nil)
	if err != nil {
		return r, err
	}
	req.Header.Set("User-Agent", "drawbridge")
	if q.ETag != "" {
		req.Header.Set("If-None-Match", q.ETag)
	}
	if q.Modified != "" {
		req.Header.Set("If-Modified-Since", q.Modified)
	}
	res, err := client.Do(req)
	if err != nil {
		return r, errors.Unwrap(err) // of *url.Error, which says the URL again
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotModified && (q.ETag != "" || q.Modified != ""):
		r.Same = true
		return r, nil
	case res.StatusCode != http.StatusOK:
		return r, fmt.Errorf("the server answered %d", res.StatusCode)
	}
	r.Text, err = chooser.ReadScript(res.Body)
	r.ETag, r.Modified = res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	return r, err
}

// redirect allows what does not give up TLS.
func redirect(req *http.Request, via []*http.Request) error {
	switch {
	case len(via) > 5:
		return errors.New("it is redirected too often")
	case via[0].URL.Scheme == "https" && req.URL.Scheme != "https":
		return errors.New("it is redirected away from https")
	}
	return nil
}
