package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/adapter"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

var files = fstest.MapFS{
	"checkout.csv": {Data: []byte(`time,good,total,group
2026-03-14T11:59:59Z,100,100,eu
2026-03-14T12:00:00Z,9,10,eu
2026-03-14T12:00:30Z,0.5,1,us
2026-03-14T13:01:59+01:00,20,20,eu
2026-03-14T12:03:00Z,4,4,
`)},
	"broken.csv": {Data: []byte("time,good,total\n2026-03-14T12:00:00Z,11,10\n")},
	"notes.txt":  {Data: []byte("no indicator")},
}

// start serves the files, and returns them as a data source and who asks them.
func start(t *testing.T, token, sent string) (*adapter.Reader, source.Source) {
	t.Helper()
	server := httptest.NewServer(newHandler(files, token))
	t.Cleanup(server.Close)
	client := server.Client()
	client.Transport = authorised{sent, client.Transport}
	return adapter.New(func(context.Context, source.Source) (*http.Client, error) { return client, nil }),
		source.Source{Slug: "csv", Access: source.Access{Address: server.URL + "/"}, Limits: source.Limits{Timeout: time.Minute}}
}

type authorised struct {
	token string
	next  http.RoundTripper
}

func (a authorised) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+a.token)
	return a.next.RoundTrip(r)
}

func asked(indicator, groupBy string, parameters map[string]string, slots int) origin.Ask {
	return origin.Ask{
		Origin:     origin.Origin{GroupBy: groupBy, Adapter: &origin.Adapter{Indicator: indicator, Parameters: parameters}},
		Resolution: measure.Minute, From: noon, To: noon.Add(time.Duration(slots) * time.Minute),
	}
}

func slotAt(minute int, group string, good, total int64) origin.GroupSlot {
	return origin.GroupSlot{Group: group, Slot: measure.Slot{Start: noon.Add(time.Duration(minute) * time.Minute), Good: good, Total: total}}
}

// The sums were made by hand from the rows above.
func TestRowsAreReadAsSlots(t *testing.T) {
	t.Parallel()
	reader, src := start(t, "secret", "secret")
	gap := origin.Missing{Start: noon.Add(2 * time.Minute), Reason: origin.NoSample, Detail: "the file has no row in this slot"}
	answers := reader.Read(t.Context(), src, []origin.Ask{
		asked("checkout", "", nil, 4),
		asked("checkout", "group", nil, 4),
		asked("checkout", "", map[string]string{"group": "us"}, 1),
	})
	for i, want := range []origin.Answer{
		{Slots: []origin.GroupSlot{slotAt(0, "", 9500, 11_000), slotAt(1, "", 20_000, 20_000), slotAt(3, "", 4000, 4000)}, Missing: []origin.Missing{gap}},
		{Slots: []origin.GroupSlot{slotAt(0, "eu", 9000, 10_000), slotAt(0, "us", 500, 1000), slotAt(1, "eu", 20_000, 20_000), slotAt(3, origin.None, 4000, 4000)}, Missing: []origin.Missing{gap}},
		{Slots: []origin.GroupSlot{slotAt(0, "", 500, 1000)}},
	} {
		if !reflect.DeepEqual(answers[i], want) {
			t.Errorf("ask %d:\ngot  %+v\nwant %+v", i, answers[i], want)
		}
	}
	// A range that takes several requests: 3,000 minutes, of which the rows are in 4.
	long := asked("checkout", "", nil, 3000)
	long.From, long.To = noon.Add(-2990*time.Minute), noon.Add(10*time.Minute)
	got := reader.Read(t.Context(), src, []origin.Ask{long})[0]
	if got.Err != nil || len(got.Slots) != 4 || len(got.Missing) != 2996 {
		t.Errorf("3,000 slots: %d and %d missing, %v", len(got.Slots), len(got.Missing), got.Err)
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	reader, src := start(t, "secret", "secret")
	stranger, _ := start(t, "secret", "wrong") // who asks the same source
	for _, c := range []struct {
		name   string
		reader *adapter.Reader
		ask    origin.Ask
		kind   fault.Kind
		says   string
	}{
		{"no such file", reader, asked("other", "", nil, 1), fault.Invalid, `there is no indicator "other"`},
		{"a path", reader, asked("../checkout", "", nil, 1), fault.Invalid, "there is no indicator"},
		{"an unknown parameter", reader, asked("checkout", "", map[string]string{"zone": "a"}, 1), fault.Invalid, `there is no parameter "zone"`},
		{"another column", reader, asked("checkout", "zone", nil, 1), fault.Invalid, "not by"},
		{"a broken row", reader, asked("broken", "", nil, 1), fault.Unavailable, "line 2 of broken.csv"},
		{"another token", stranger, asked("checkout", "", nil, 1), fault.Forbidden, "token"},
	} {
		got := c.reader.Read(t.Context(), src, []origin.Ask{c.ask})[0]
		if !fault.Is(got.Err, c.kind) || !strings.Contains(got.Err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, got.Err)
		}
	}
}

// The lines were counted by hand.
func TestARowThatIsNoRowIsNamedByItsLine(t *testing.T) {
	t.Parallel()
	const row = "time,good,total\n2026-03-14T12:00:00Z,1,1\n"
	for rows, want := range map[string]string{
		row + "a\"b,1,2\n":                                `line 3 of rows.csv: bare " in non-quoted-field`,
		row + "2026-03-14T12:01:00Z,1\n":                  "line 3 of rows.csv: wrong number of fields",
		row + "\n\"2026-03-14T12:01:00Z\n":                `line 4 of rows.csv: extraneous or missing " in quoted-field`,
		row + "2026-03-14T12:01:00Z,1,1\nnoon,1,1\n":      `line 4 of rows.csv: "noon" is no time`,
		row + "2026-03-14T12:01:00Z,2,1\n\"never ended\n": `line 3 of rows.csv: "2" good of "1": 0 ≤ good ≤ total ≤ 1,000,000,000 has to hold`,
	} {
		_, err := read(fstest.MapFS{"rows.csv": {Data: []byte(rows)}}, ask{indicator: "rows"})
		if err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", rows, err, want)
		}
	}
}

func TestTheReferenceAdapterKeepsEveryRule(t *testing.T) {
	t.Parallel()
	reader, src := start(t, "", "")
	for _, a := range []origin.Ask{asked("checkout", "", nil, 60), asked("checkout", "group", map[string]string{"group": "eu"}, 60)} {
		findings := reader.Check(t.Context(), src, a)
		if len(findings) != 11 {
			t.Errorf("%d rules were checked", len(findings))
		}
		for _, f := range findings {
			if f.Err != nil {
				t.Errorf("%s: %v", f.Rule, f.Err)
			}
		}
	}
	broken := 0
	for _, f := range reader.Check(t.Context(), src, asked("", "", nil, 60)) { // the first is broken.csv
		if f.Err != nil {
			broken++
		}
	}
	if broken == 0 {
		t.Error("a broken file keeps every rule")
	}
	info, err := reader.Info(t.Context(), src)
	if err != nil || info.Name != "evenkeel-adapter-csv" || len(info.Indicators) != 2 || info.Indicators[1].Name != "checkout" || info.Indicators[1].Parameters[0].Name != "group" {
		t.Errorf("%+v, %v", info, err)
	}
}
