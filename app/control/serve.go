package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

const (
	patience  = 10 * time.Second // with a peer that should be reading or writing
	heartbeat = 10 * time.Second // between two signs of life to one who watches
	mostBody  = 1 << 20          // bytes of a request
)

// Serve answers on l for owner until ctx is done, and closes l. Requests that are
// under way then get their answers.
func Serve(ctx context.Context, l *Listener, owner Owner) error {
	var running sync.WaitGroup
	defer running.Wait()
	defer l.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { l.socket.Close() })()
	for {
		conn, err := l.socket.accept()
		if ctx.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("serve %s: %w", l.path, err)
		}
		if err != nil { // such as too many open files
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
			continue
		}
		running.Go(func() {
			defer conn.Close()
			s := service{conn: conn, owner: owner}
			s.serve(ctx)
		})
	}
}

// service is one connection.
type service struct {
	conn  conn
	owner Owner
}

// A refusal is a request that is wrong in itself.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

func (s *service) serve(ctx context.Context) {
	if checkPeer(s.conn) != nil {
		return // it is told nothing at all
	}
	s.conn.SetDeadline(time.Now().Add(patience))
	method, target, body, err := s.read()
	if err != nil {
		var wrong *refusal
		if errors.As(err, &wrong) {
			s.answer(nil, err)
			s.conn.CloseWrite()
			io.CopyN(io.Discard, s.conn, 4*mostBody) // who still sends would not see the answer
		}
		return
	}
	s.conn.SetDeadline(time.Time{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := make(chan struct{})
	go func() { // who hangs up does not want the answer any more
		defer close(gone)
		s.conn.Read(make([]byte, 1))
		cancel()
	}()
	defer func() {
		s.conn.SetReadDeadline(time.Now())
		<-gone
	}()
	if method+" "+target == "GET /watch" {
		s.watch(ctx)
		return
	}
	s.answer(s.ask(ctx, method, target, body))
}

// read reads the request.
func (s *service) read() (method, target string, body []byte, err error) {
	scan, head, rest, err := readHead(s.conn)
	var malformed *http1.Error
	if errors.As(err, &malformed) {
		err = refuse(malformed.Status, "%s", malformed.Reason)
	}
	if err != nil {
		return "", "", nil, err
	}
	var req http1.Request
	if err := req.Parse(&scan, head); err != nil {
		return "", "", nil, refuse(400, "%v", err)
	}
	framing := req.Framing()
	switch spoken := string(req.Get("drawbridge-protocol")); {
	case string(req.Host) != host:
		return "", "", nil, refuse(403, "a request for %s; it has to be for %q", http1.Quote(req.Host), host)
	case req.Get("origin") != nil:
		return "", "", nil, refuse(403, "a request of a web page")
	case spoken != "" && spoken != strconv.Itoa(protocol):
		return "", "", nil, refuse(426, "this owner of the bridge speaks version %d of the protocol, not %s", protocol, http1.Quote([]byte(spoken)))
	case framing.Kind == http1.NoBody:
	case framing.Kind != http1.ByLength:
		return "", "", nil, refuse(411, "the body's length has to be told")
	case framing.Length > mostBody:
		return "", "", nil, refuse(413, "the body has more than %d bytes", mostBody)
	}
	method, target = string(req.Method), string(req.Target)
	if framing.Kind == http1.ByLength {
		body = make([]byte, framing.Length)
		_, err = io.ReadFull(io.MultiReader(bytes.NewReader(rest), s.conn), body)
	}
	return method, target, body, err
}

// ask asks the owner, and returns what is to be answered.
func (s *service) ask(ctx context.Context, method, target string, body []byte) (any, error) {
	path, query, _ := strings.Cut(target, "?")
	switch method + " " + path {
	case "GET /state":
		return stateOf(ctx, s.owner)
	case "GET /connections":
		return s.owner.Connections(ctx)
	case "GET /history":
		return s.owner.History(ctx)
	case "GET /log":
		after := uint64(0)
		if number, ok := strings.CutPrefix(query, "after="); ok {
			var err error
			if after, err = strconv.ParseUint(number, 10, 64); err != nil {
				return nil, refuse(400, "after=%q: is no number", number)
			}
		}
		return s.owner.Log(ctx, after)
	case "POST /do":
		var o order
		if err := decode(body, &o); err != nil {
			return nil, err
		}
		want, err := o.intent()
		if err != nil {
			return nil, refuse(400, "%v", err)
		}
		return struct{}{}, s.owner.Do(ctx, want)
	case "POST /check":
		var q question
		if err := decode(body, &q); err != nil {
			return nil, err
		}
		return s.owner.Check(ctx, q.request())
	}
	return nil, refuse(404, "there is no %s %s", method, path)
}

func decode(body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return refuse(400, "the body: %v", err)
	}
	return nil
}

// stateOf is the first state that a watch shows.
func stateOf(ctx context.Context, owner Owner) (*app.State, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var first *app.State
	err := owner.Watch(ctx, func(s app.State) {
		if first == nil {
			first = &s
		}
		cancel()
	})
	if first == nil && err == nil {
		err = app.ErrNoOwner
	}
	return first, err
}

// answer sends v, or err, which makes the status.
func (s *service) answer(v any, err error) {
	status := 200
	var wrong *refusal
	switch {
	case errors.As(err, &wrong):
		status = wrong.status
	case err != nil:
		status = 500
	}
	if err != nil {
		v = troubleOf(err)
	}
	body, err := encode(v)
	if err != nil {
		return
	}
	s.conn.SetWriteDeadline(time.Now().Add(patience))
	s.head(status, fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(body)), body)
}

func (s *service) head(status int, fields string, body []byte) error {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nDrawbridge-Protocol: %d\r\n%sCache-Control: no-store\r\nConnection: close\r\n\r\n",
		status, reason(status), protocol, fields)
	_, err := s.conn.Write(append([]byte(head), body...))
	return err
}

func reason(status int) string {
	switch status {
	case 200:
		return "OK"
	case 426:
		return "Upgrade Required"
	case 500:
		return "It Did Not Work"
	}
	return "Wrong Request"
}

// watch sends states, each as a line, until somebody ends it. They are written by
// one goroutine: the watch's own, which also gives the signs of life.
func (s *service) watch(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	newest := make(chan app.State, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() {
		defer cancel()
		s.owner.Watch(ctx, func(state app.State) {
			select { // one that was not taken is replaced
			case <-newest:
			default:
			}
			newest <- state
		})
	})
	s.conn.SetWriteDeadline(time.Now().Add(patience))
	if s.head(200, "Content-Type: application/x-ndjson\r\n", nil) != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		line := []byte("\n")
		select {
		case <-ctx.Done():
			return
		case state := <-newest:
			var err error
			if line, err = encode(state); err != nil {
				return
			}
			beat.Reset(heartbeat)
		case <-beat.C:
		}
		s.conn.SetWriteDeadline(time.Now().Add(patience))
		if _, err := s.conn.Write(line); err != nil {
			return
		}
	}
}
