package anchor_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/audit/anchor"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

var key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

func head(n int64) chain.Anchor {
	return chain.Sign(n, strings.Repeat("0", 64), time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC), key)
}

func TestAFileOfAnchorsOnlyGrowsAndBearsACrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anchors.ndjson")
	f := anchor.NewFile(path)
	put := func(n int64) {
		t.Helper()
		if err := f.Put(t.Context(), head(n)); err != nil {
			t.Fatal(err)
		}
	}
	read := func() string {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	put(1)
	before := read()
	put(2)
	if now := read(); !strings.HasPrefix(now, before) || strings.Count(now, "\n") != 2 {
		t.Errorf("after two the file is %q", now)
	}
	whole := read()
	// A crash left half of the third, which is written again.
	line, err := json.Marshal(head(3))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(whole+string(line[:40])), 0o600); err != nil {
		t.Fatal(err)
	}
	put(3)
	got, err := anchor.Read(strings.NewReader(read()))
	if err != nil || len(got) != 3 || got[2] != head(3) || !got[2].SignedWith(nil) {
		t.Errorf("read are %+v: %v", got, err)
	}
	for _, wrong := range []string{"{}x", whole + "half\n", whole + string(line[:40]) + "\n", `{"number":1,"more":2}`} {
		if _, err := anchor.Read(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q is read as anchors", wrong)
		}
	}
	if err := anchor.NewFile(filepath.Join(path, "below")).Put(t.Context(), head(1)); err == nil {
		t.Error("an anchor is put below a file")
	}
}

type secrets map[string]string

func (s secrets) Secret(_ context.Context, name string) (string, error) { return s[name], nil }

func TestAnAnchorIsPostedWithItsSecret(t *testing.T) {
	t.Parallel()
	status, body, token, redirected := http.StatusNoContent, "", "", false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/in" {
			redirected = true
			return
		}
		raw, _ := io.ReadAll(r.Body) // what came is compared below
		body, token = r.Method+" "+r.Header.Get("Content-Type")+" "+string(raw), r.Header.Get("Authorization")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer server.Close()
	known := secrets{"anchors": "first"}
	post, err := anchor.NewPost(anchor.PostParts{
		URL: server.URL + "/in", Secret: "anchors", Secrets: known, Reach: outbound.Reach{AllowLoopback: true},
		Clock: clock.System, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer post.Close()
	want, err := json.Marshal(head(7))
	if err != nil {
		t.Fatal(err)
	}
	if err := post.Put(t.Context(), head(7)); err != nil || body != "POST application/json "+string(want) || token != "Bearer first" {
		t.Errorf("posted is %q with %q: %v", body, token, err)
	}
	known["anchors"] = "second"
	if err := post.Put(t.Context(), head(7)); err != nil || token != "Bearer second" {
		t.Errorf("with another secret %q is sent: %v", token, err)
	}
	for _, status = range []int{http.StatusFound, http.StatusForbidden, http.StatusInternalServerError} {
		if err := post.Put(t.Context(), head(7)); err == nil || redirected {
			t.Errorf("%d counts as kept, or was followed: %v", status, err)
		}
	}
}
