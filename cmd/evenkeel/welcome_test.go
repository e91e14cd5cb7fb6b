package main

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// What is printed beyond loopback lands in a log: it holds nothing that signs in.
func TestALinkThatSignsInIsNotPrintedIntoALog(t *testing.T) {
	t.Parallel()
	loaded, err := config.Load(config.Sources{Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := loaded.Config
	c.DataDir = t.TempDir()
	a, err := app.Open(t.Context(), app.Options{Config: c, BaseURL: "http://evenkeel.example", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	if err := a.FirstStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		ip    string
		links bool
	}{{"127.0.0.1", true}, {"::1", true}, {"10.0.0.7", false}, {"0.0.0.0", false}, {"::", false}} {
		var out bytes.Buffer
		p := &program{stdout: &out, stderr: &out}
		if err := p.welcome(t.Context(), a, &net.TCPAddr{IP: net.ParseIP(test.ip), Port: 8080}, "http://evenkeel.example"); err != nil {
			t.Fatal(err)
		}
		if links := strings.Contains(out.String(), "/signin?code="); links != test.links {
			t.Errorf("listening on %s it prints\n%s", test.ip, &out)
		}
		if says := strings.Contains(out.String(), "/sign-in-links"); says == test.links {
			t.Errorf("listening on %s it says how to get a link: %t\n%s", test.ip, says, &out)
		}
	}
}
