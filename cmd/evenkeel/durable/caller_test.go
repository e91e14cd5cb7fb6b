package durable_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// answersWithin is longer than any request may take: api.DefaultRequestTimeout, and
// some more on a busy machine.
const answersWithin = api.DefaultRequestTimeout + 15*time.Second

// caller calls the API where it is now: a restarted process has another address.
type caller struct {
	base  atomic.Pointer[string]
	token string
	http  *http.Client
}

func newCaller(p *process.Process) *caller {
	c := &caller{token: p.Token(), http: &http.Client{Timeout: answersWithin, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	c.turnTo(p.Base())
	return c
}

// turnTo has further calls go there.
func (c *caller) turnTo(base string) { c.base.Store(&base) }

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// acknowledged tells that the program said it has done it.
func (a answer) acknowledged() bool { return a.status/100 == 2 }

// problem returns the code of a reply that says when to try again, as every
// refusal has to that is no fault of the caller's.
func (a answer) problem() (code string, err error) {
	var p struct{ Code string }
	switch {
	case a.header.Get("Content-Type") != "application/problem+json":
		return "", fmt.Errorf("%s has the type %q", a, a.header.Get("Content-Type"))
	case a.header.Get("Retry-After") == "":
		return "", fmt.Errorf("%s has no Retry-After", a)
	}
	err = json.Unmarshal(a.body, &p)
	return p.Code, err
}

// do sends a request. An error means that it is not known whether it was done;
// one that took too long is errHangs.
func (c *caller) do(ctx context.Context, method, path, key string, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, *c.base.Load()+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	began := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return answer{}, c.hanging(began, err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		return answer{}, c.hanging(began, err)
	}
	return a, nil
}

var errHangs = errors.New("it hangs")

func (c *caller) hanging(began time.Time, err error) error {
	if time.Since(began) >= answersWithin {
		return errors.Join(errHangs, err)
	}
	return err
}

// get reads a path, which has to be there.
func (c *caller) get(t *testing.T, path string) []byte {
	t.Helper()
	a, err := c.do(t.Context(), http.MethodGet, path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: %s", path, a)
	}
	return a.body
}

// list reads all pages of a list.
func (c *caller) list(t *testing.T, path string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for after := ""; ; {
		var page struct {
			Items []map[string]any
			Next  string
		}
		decode(t, c.get(t, path+"?limit=200"+after), &page)
		all = append(all, page.Items...)
		if page.Next == "" {
			return all
		}
		after = "&after=" + page.Next
	}
}

// decode reads JSON with its numbers as they are written.
func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}
