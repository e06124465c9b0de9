//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// originHosts are the loopback addresses that the origin answers on, all at one port. Works that open many short
// connections spread over them, so that the ports towards one address are not used up.
const originHosts = 8

// playOrigin is the target of every work. It prints its port. The first byte of a connection says what it is:
//
//	E          echo, that byte included
//	D MS\n     send chunks for that many milliseconds
//	U\n        receive chunks, then answer one byte
//	B MS\n     both at once, and one byte when both are done
//	GET /1k, GET /bytes/N, GET /ws (101, then echo), POST: HTTP/1.1
func playOrigin() error {
	first, err := listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	go serve(first, origin)
	port := first.Addr().(*net.TCPAddr).Port
	for i := 2; i <= originHosts; i++ {
		l, err := listen(fmt.Sprintf("127.0.0.%d:%d", i, port))
		if err != nil {
			return err
		}
		go serve(l, origin)
	}
	fmt.Println(port)
	return answer(func(string) string { return "error: the origin takes no commands" })
}

var (
	oneK     = httpAnswer(filler[8:][:1024])
	uploaded = httpAnswer([]byte("ok\n"))
)

func httpAnswer(body []byte) []byte {
	return append(fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", len(body)), body...)
}

func origin(c *net.TCPConn) {
	defer c.Close()
	buf := make([]byte, 4<<10)
	n, err := c.Read(buf)
	if err != nil || n == 0 {
		return
	}
	switch buf[0] {
	case 'E':
		c.Write(buf[:n])
		echo(c, buf)
	case 'D', 'U', 'B':
		for !bytes.ContainsRune(buf[:n], '\n') {
			m, err := c.Read(buf[n : n+1])
			if err != nil {
				return
			}
			n += m
		}
		bulk(c, buf[:n])
	default:
		serveHTTP(c, buf, n)
	}
}

func echo(c *net.TCPConn, buf []byte) {
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// bulk carries out the command in buf; what is behind its newline is the first of the data.
func bulk(c *net.TCPConn, buf []byte) {
	command, early, _ := bytes.Cut(buf, []byte("\n"))
	ms, _ := strconv.Atoi(string(bytes.TrimSpace(command[1:])))
	switch buf[0] {
	case 'D':
		sendFor(c, time.Duration(ms)*time.Millisecond)
	case 'U':
		if _, err := receive(c, early); err == nil {
			c.Write([]byte{'.'})
		}
	case 'B':
		received := make(chan error, 1)
		go func() {
			_, err := receive(c, early)
			received <- err
		}()
		_, err := sendFor(c, time.Duration(ms)*time.Millisecond)
		if err == nil && <-received == nil {
			c.Write([]byte{'.'})
		}
	}
	// Wait for the other side to close first.
	c.CloseWrite()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	io.Copy(io.Discard, c)
}

// serveHTTP answers requests until the connection ends. The first n bytes of buf are read already.
func serveHTTP(c *net.TCPConn, buf []byte, n int) {
	from := 0
	for {
		end := bytes.Index(buf[from:n], []byte("\r\n\r\n"))
		if end < 0 {
			if from > 0 {
				n = copy(buf, buf[from:n])
				from = 0
			}
			if n == len(buf) {
				return
			}
			m, err := c.Read(buf[n:])
			if err != nil {
				return
			}
			n += m
			continue
		}
		head := buf[from : from+end+4]
		from += end + 4
		method, path := requestLine(head)
		switch {
		case string(method) == "GET" && string(path) == "/1k":
			if _, err := c.Write(oneK); err != nil {
				return
			}
		case string(method) == "GET" && bytes.HasPrefix(path, []byte("/bytes/")):
			size, _ := strconv.ParseInt(string(path[len("/bytes/"):]), 10, 64)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n", size)
			if sendN(c, size) != nil {
				return
			}
		case string(method) == "POST":
			size := contentLength(head)
			early := min(size, int64(n-from))
			from += int(early)
			if discard(c, size-early) != nil {
				return
			}
			if _, err := c.Write(uploaded); err != nil {
				return
			}
		case string(method) == "GET" && string(path) == "/ws":
			// A proxy that does not know upgrades takes out these fields; it must not get a 101.
			if !bytes.Contains(bytes.ToLower(head), []byte("\r\nupgrade:")) {
				io.WriteString(c, "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")
				continue
			}
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
			c.Write(buf[from:n])
			echo(c, make([]byte, 32<<10))
			return
		default:
			io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
		}
	}
}

// requestLine returns the method and the path of a head, the path without scheme and authority.
func requestLine(head []byte) (method, path []byte) {
	method, rest, _ := bytes.Cut(head, []byte(" "))
	path, _, _ = bytes.Cut(rest, []byte(" "))
	if after, ok := bytes.CutPrefix(path, []byte("http://")); ok {
		if i := bytes.IndexByte(after, '/'); i >= 0 {
			path = after[i:]
		}
	}
	return method, path
}

// contentLength is the head's, or -1.
func contentLength(head []byte) int64 {
	v := field(head, "content-length")
	if v == nil {
		return -1
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// field returns the value of a head's first field of that name, which is given in small letters; nil if there is none.
func field(head []byte, name string) []byte {
	for len(head) > 0 {
		i := bytes.IndexByte(head, '\n')
		if i < 0 {
			return nil
		}
		line := head[:i]
		head = head[i+1:]
		if len(line) > len(name) && line[len(name)] == ':' && (line[0]|0x20) == name[0] && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
	}
	return nil
}
