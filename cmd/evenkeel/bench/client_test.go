package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
)

// client is a keep-alive connection that sends one request at a time. It is
// leaner than net/http's, which would take as long as the servers that it
// measures and hide what differs between them.
type client struct {
	conn  net.Conn
	in    *bufio.Reader
	token string
	out   []byte
	sent  []byte // the body of the request, kept for the next
	body  []byte // of the reply
}

// answer is a reply; the body is the client's own, valid until its next request.
type answer struct {
	status int
	etag   string
	body   []byte
}

func dial(tb testing.TB, addr, token string) *client {
	tb.Helper()
	conn, err := net.Dial("tcp", addr)
	check(tb, err)
	tb.Cleanup(func() { check(tb, conn.Close()) })
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), token: token}
}

// do sends a request, conditional where a tag is given and with a body where
// there is one.
func (c *client) do(method, path, ifMatch string, body []byte) (answer, error) {
	c.out = fmt.Appendf(c.out[:0], "%s %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n", method, path, c.token)
	if ifMatch != "" {
		c.out = fmt.Appendf(c.out, "If-Match: %s\r\n", ifMatch)
	}
	if body != nil {
		c.out = fmt.Appendf(c.out, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	c.out = append(append(c.out, "\r\n"...), body...)
	if _, err := c.conn.Write(c.out); err != nil {
		return answer{}, err
	}
	return c.read()
}

func (c *client) read() (answer, error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return answer{}, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return answer{}, fmt.Errorf("a reply begins with %q", line)
	}
	var a answer
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return answer{}, err
	}
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return answer{}, err
		}
		name, value, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(": "))
		if !ok {
			break // the empty line
		}
		switch string(name) {
		case "Content-Length":
			if length, err = strconv.Atoi(string(value)); err != nil {
				return answer{}, err
			}
		case "Etag":
			a.etag = string(value)
		}
	}
	if length < 0 {
		return answer{}, fmt.Errorf("a reply of status %d has no length", a.status)
	}
	if cap(c.body) < length {
		c.body = make([]byte, length)
	}
	a.body = c.body[:length]
	_, err = io.ReadFull(c.in, a.body)
	return a, err
}

// must is do, and expects success.
func (c *client) must(method, path, ifMatch string, body []byte) (answer, error) {
	a, err := c.do(method, path, ifMatch, body)
	if err == nil && a.status != 200 {
		err = fmt.Errorf("%s %s: %d %s", method, path, a.status, a.body)
	}
	return a, err
}
