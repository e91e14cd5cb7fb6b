package audit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/audit"
)

type terms struct {
	Timeout time.Duration
	Labels  map[string]string
	Key     string `audit:"-"`
}

type thing struct {
	ID      id.ID
	Slug    string
	SLOName string
	URL     string
	On      bool
	Hash    []byte `audit:"-"`
	Packed  []byte
	terms
	Nested    *terms
	Members   []terms
	EndedAt   *time.Time
	UpdatedAt time.Time
	Version   int64
}

// The expected JSON is written by hand from the words of Diff.
func TestDiffShowsWhatChangedAndNoSecret(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, 3, 4, 5, 6, 7, 8000, time.FixedZone("", 3600))
	before := thing{ID: "1", Slug: "a", On: true, Hash: []byte("old"), terms: terms{Timeout: time.Second, Key: "k1"}, Version: 1}
	after := thing{
		ID: "2", Slug: "b", SLOName: "x", URL: "u", Hash: []byte("new"), Packed: []byte("12345"),
		terms: terms{Timeout: time.Second, Labels: map[string]string{"k": "v"}, Key: "k2"}, Nested: &terms{Key: "k3"},
		Members: []terms{{Key: "k4", Timeout: time.Minute}}, EndedAt: &ended, UpdatedAt: ended, Version: 2,
	}
	for name, row := range map[string]struct {
		before, after any
		want          string
	}{
		"changed": {before, &after, `{
			"slug":{"from":"a","to":"b"}, "sloName":{"from":"","to":"x"}, "url":{"from":"","to":"u"}, "on":{"from":true,"to":false},
			"packed":{"from":"0 bytes","to":"5 bytes"}, "labels":{"from":{},"to":{"k":"v"}},
			"nested":{"from":null,"to":{"timeout":"0s","labels":{}}}, "members":{"from":[],"to":[{"timeout":"1m0s","labels":{}}]},
			"endedAt":{"from":null,"to":"2026-03-04T04:06:07.000008Z"}}`},
		"made":                      {nil, before, `{"slug":{"to":"a"},"on":{"to":true},"timeout":{"to":"1s"}}`},
		"removed":                   {before, nil, `{"slug":{"from":"a"},"on":{"from":true},"timeout":{"from":"1s"}}`},
		"unchanged":                 {before, before, ``},
		"only what the entry holds": {thing{Version: 1}, thing{ID: "x", Version: 2, UpdatedAt: ended, Hash: []byte("x")}, ``},
	} {
		got := audit.Diff(row.before, row.after)
		if row.want == "" {
			if got != nil {
				t.Errorf("%s: %s", name, got)
			}
			continue
		}
		var g, w any
		if err := json.Unmarshal(got, &g); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := json.Unmarshal([]byte(row.want), &w); err != nil {
			t.Fatal(err)
		}
		gs, _ := json.Marshal(g)
		ws, _ := json.Marshal(w)
		if string(gs) != string(ws) {
			t.Errorf("%s:\n%s, want\n%s", name, gs, ws)
		}
	}
}
