package durable_test

import (
	"errors"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"
)

// checkFresh compares what was acknowledged since the last look with what is
// there, and then what was under way.
func (w *writer) checkFresh(t *testing.T, c *caller) {
	t.Helper()
	for _, made := range w.fresh {
		made.check(t, c)
	}
	w.fresh = nil
	w.checkUnderWay(t, c)
}

// checkAll compares everything that was acknowledged with what is there.
func (w *writer) checkAll(t *testing.T, c *caller) {
	t.Helper()
	for _, made := range append(append([]*thing{}, w.services...), w.slos...) {
		made.check(t, c)
	}
	for _, s := range w.slos {
		if got := s.measured(t, c, w.from); !maps.Equal(got, s.slots) {
			t.Errorf("%s: %d slots are there, not the %d that were acknowledged", s.path, len(got), len(s.slots))
		}
	}
}

// check compares a thing with the reply that acknowledged it.
func (s *thing) check(t *testing.T, c *caller) {
	t.Helper()
	var want, got map[string]any
	decode(t, s.reply, &want)
	decode(t, c.get(t, s.path), &got)
	for _, m := range []map[string]any{want, got} {
		for _, member := range []string{"state", "stale", "warnings"} { // of an SLO: no part of what was declared
			delete(m, member)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is\n%v\nacknowledged was\n%v", s.path, got, want)
	}
	s.checkWhole(t, got)
}

// checkWhole compares a thing with what was sent.
func (s *thing) checkWhole(t *testing.T, got map[string]any) {
	t.Helper()
	var sent map[string]any
	decode(t, s.body, &sent)
	for name, want := range sent {
		is := got[name]
		switch name {
		case "team":
			is = is.(map[string]any)["slug"]
		case "indicator":
			is, want = is.(map[string]any)["category"], want.(map[string]any)["category"]
		}
		if !reflect.DeepEqual(is, want) {
			t.Errorf("%s has the %s %v, sent was %v", s.path, name, is, want)
		}
	}
}

// checkUnderWay makes sure that what was not acknowledged is there whole or not
// at all.
func (w *writer) checkUnderWay(t *testing.T, c *caller) {
	t.Helper()
	if w.making != nil {
		a, err := c.do(t.Context(), http.MethodGet, w.making.path, "", nil)
		switch {
		case err != nil:
			t.Fatal(err)
		case a.status == http.StatusNotFound:
		case a.status == http.StatusOK:
			var got map[string]any
			decode(t, a.body, &got)
			w.making.checkWhole(t, got)
		default:
			t.Errorf("%s: %s", w.making.path, a)
		}
	}
	if w.pushing == nil {
		return
	}
	var without, with int
	for s, pushed := range w.pushing.slots {
		after := maps.Clone(s.slots)
		maps.Copy(after, pushed)
		switch got := s.measured(t, c, w.from); {
		case maps.Equal(s.slots, after): // it changes nothing here
		case maps.Equal(got, after):
			with++
		case maps.Equal(got, s.slots):
			without++
		default:
			t.Errorf("%s: a push is there in part: %v, before were %v, pushed %v", s.path, got, s.slots, pushed)
		}
	}
	if with > 0 && without > 0 {
		t.Errorf("a push is there of %d SLOs, and of %d it is not", with, without)
	}
}

// measured reads the slots that are there, in thousandths.
func (s *thing) measured(t *testing.T, c *caller, from time.Time) map[time.Time]counts {
	t.Helper()
	query := url.Values{"from": {from.Add(-time.Hour).Format(time.RFC3339)}, "to": {time.Now().UTC().Add(time.Hour).Format(time.RFC3339)}}
	var found struct {
		Reporters []struct {
			Slots []struct {
				Start       time.Time
				Good, Total number
			}
		}
	}
	decode(t, c.get(t, s.path+"/measurements?"+query.Encode()), &found)
	slots := map[time.Time]counts{}
	for _, r := range found.Reporters {
		for _, slot := range r.Slots {
			slots[slot.Start.UTC()] = counts{slot.Good.thousandths(t), slot.Total.thousandths(t)}
		}
	}
	return slots
}

// number is one of JSON, exact.
type number struct{ *big.Rat }

func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	exact, ok := new(big.Rat).SetString(string(text))
	if !ok {
		return errors.New(string(text) + " is no number")
	}
	n.Rat = exact
	return nil
}

func (n number) thousandths(t *testing.T) int64 {
	t.Helper()
	scaled := new(big.Rat).Mul(n.Rat, big.NewRat(1000, 1))
	if !scaled.IsInt() {
		t.Fatalf("%s is not given in thousandths", n.RatString())
	}
	return scaled.Num().Int64()
}
