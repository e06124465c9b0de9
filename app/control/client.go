package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// A Client asks the owner of the bridge. Its methods may be called concurrently;
// each opens a connection of its own. When there is no owner, or it goes, they
// return an error that is [app.ErrNoOwner].
type Client struct{ path string }

// Dial returns a client of the owner that holds the socket at path. It does not
// connect yet.
func Dial(path string) *Client { return &Client{path} }

// How long an answer may take.
const (
	soon  = 10 * time.Second // what is only looked up
	later = 2 * time.Minute  // what waits for others
)

// State returns what holds now.
func (c *Client) State(ctx context.Context) (app.State, error) {
	var s app.State
	err := c.ask(ctx, soon, "GET /state", nil, &s)
	return s, err
}

// Do is [app.Controller.Do].
func (c *Client) Do(ctx context.Context, want app.Intent) error {
	return c.ask(ctx, later, "POST /do", orderOf(want), &struct{}{})
}

// Connections is [app.Controller.Connections].
func (c *Client) Connections(ctx context.Context) ([]app.Connection, error) {
	var list []app.Connection
	err := c.ask(ctx, soon, "GET /connections", nil, &list)
	return list, err
}

// History is [app.Controller.History].
func (c *Client) History(ctx context.Context) ([]app.Sample, error) {
	var list []app.Sample
	err := c.ask(ctx, soon, "GET /history", nil, &list)
	return list, err
}

// Log is [app.Controller.Log].
func (c *Client) Log(ctx context.Context, after uint64) ([]app.Line, error) {
	var list []app.Line
	err := c.ask(ctx, soon, "GET /log?after="+strconv.FormatUint(after, 10), nil, &list)
	return list, err
}

// Check is [app.Controller.Check].
func (c *Client) Check(ctx context.Context, want app.CheckRequest) (app.Check, error) {
	var found app.Check
	err := c.ask(ctx, later, "POST /check", questionOf(want), &found)
	return found, err
}

// Watch is [app.Controller.Watch]. It ends with the owner; [Follow] goes on.
func (c *Client) Watch(ctx context.Context, show func(app.State)) error {
	const most = 8 << 20 // bytes of one state
	r, err := c.open(ctx, soon, "GET /watch", nil)
	if err != nil {
		return ended(ctx, err)
	}
	defer r.close()
	lines := bufio.NewReaderSize(r.body, 16<<10)
	for {
		r.conn.SetReadDeadline(time.Now().Add(3 * heartbeat))
		line, err := readLine(lines, most)
		if err != nil {
			return ended(ctx, lost(err))
		}
		if len(line) == 0 || another(lines) {
			continue
		}
		var s app.State
		if err := json.Unmarshal(line, &s); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		show(s)
		if ctx.Err() != nil {
			return nil
		}
	}
}

// another reports whether a state newer than the one just read is there already.
func another(r *bufio.Reader) bool {
	waiting, _ := r.Peek(r.Buffered())
	return len(bytes.TrimLeft(waiting, "\n")) > 0 && waiting[len(waiting)-1] == '\n'
}

// ended is nil where the caller has ended what failed.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// ask sends a request, and puts the answer where v points.
func (c *Client) ask(ctx context.Context, within time.Duration, request string, body, v any) error {
	r, err := c.open(ctx, within, request, body)
	if err != nil {
		return err
	}
	defer r.close()
	if err := json.NewDecoder(r.body).Decode(v); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return lost(err)
	}
	return nil
}

// A reply is an answer whose body is to be read.
type reply struct {
	conn conn
	body io.Reader
	stop func() bool
}

func (r *reply) close() {
	r.stop()
	r.conn.Close()
}

// open sends a request and reads the head of the answer. An answer that tells of
// an error is returned as that error.
func (c *Client) open(ctx context.Context, within time.Duration, request string, body any) (*reply, error) {
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	r := &reply{conn: conn, stop: context.AfterFunc(ctx, func() { conn.Close() })}
	conn.SetDeadline(time.Now().Add(within))
	if err = r.exchange(request, body); err != nil {
		r.close()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	return r, nil
}

func (c *Client) connect(ctx context.Context) (conn, error) {
	end, err := c.dial(ctx)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, refusedOnWindows):
		return nil, app.ErrNoOwner
	case err != nil:
		return nil, fmt.Errorf("ask the owner of the bridge: %w", err)
	}
	if certain(c.path) {
		return end, nil
	}
	if err := checkPeer(end); err != nil { // before it is told a password
		end.Close()
		return nil, fmt.Errorf("ask the owner of the bridge at %s: %w", c.path, err)
	}
	return end, nil
}

func (c *Client) dial(ctx context.Context) (conn, error) {
	var d net.Dialer
	end, err := d.DialContext(ctx, "unix", c.path)
	switch {
	case errors.Is(err, unsupportedOnWindows):
		return callPipe(ctx, c.path)
	case err != nil:
		return nil, err
	}
	return end.(*net.UnixConn), nil
}

// refusedOnWindows is WSAECONNREFUSED.
const refusedOnWindows = syscall.Errno(10061)

// lost says that the owner has gone in the middle of an answer.
func lost(err error) error {
	if errors.Is(err, app.ErrNoOwner) {
		return err
	}
	return fmt.Errorf("%w: the owner of the bridge has gone: %w", app.ErrNoOwner, err)
}

func (r *reply) exchange(request string, body any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = encode(body); err != nil {
			return err
		}
	}
	head := fmt.Sprintf("%s HTTP/1.1\r\nHost: %s\r\nDrawbridge-Protocol: %d\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
		request, host, protocol, len(text))
	// An owner that refuses the request may have hung up before it read all.
	_, writeErr := r.conn.Write(append([]byte(head), text...))
	scan, answer, rest, err := readHead(r.conn)
	if err != nil {
		if writeErr != nil {
			err = writeErr
		}
		return lost(err)
	}
	var resp http1.Response
	if err := resp.Parse(&scan, answer); err != nil {
		return fmt.Errorf("the owner of the bridge answers nonsense: %w", err)
	}
	r.body = io.MultiReader(bytes.NewReader(rest), r.conn)
	if spoken := string(resp.Get("drawbridge-protocol")); spoken != strconv.Itoa(protocol) {
		return fmt.Errorf("the Drawbridge that runs is of another version than this program "+
			"(it speaks protocol %s, this program %d): restart it", http1.Quote([]byte(spoken)), protocol)
	}
	if resp.Status == 200 {
		return nil
	}
	var t trouble
	if err := json.NewDecoder(r.body).Decode(&t); err != nil {
		return lost(err)
	}
	return t.error()
}
