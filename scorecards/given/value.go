package given

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// Value is what is given of a fact: the one member that belongs to the fact's type. An age is given
// as the time at which it happened.
type Value struct {
	Number  *float64           `json:"number,omitempty"`
	Text    *string            `json:"text,omitempty"`
	Truth   *bool              `json:"truth,omitempty"`
	Numbers map[string]float64 `json:"numbers,omitzero"`
	Texts   map[string]string  `json:"texts,omitzero"`
	Time    *time.Time         `json:"time,omitempty"`
}

// member is as which member of a Value facts of a type are given.
var member = map[fact.Type]string{
	fact.Number: "number", fact.Text: "text", fact.Truth: "truth", fact.Numbers: "numbers", fact.Texts: "texts", fact.Age: "time",
}

// The bounds of a value.
const (
	maxText      = 300 // characters
	maxNames     = 100
	maxNameOf    = 100 // characters of one of the names
	day          = 24 * time.Hour
	skew         = 5 * time.Minute // how far the clock of who gives may be ahead
	earliestYear = 2000
)

var earliest = time.Date(earliestYear, 1, 1, 0, 0, 0, 0, time.UTC)

// members are those that are set.
func (v Value) members() []string {
	var out []string
	for _, one := range []struct {
		name string
		set  bool
	}{
		{"number", v.Number != nil}, {"text", v.Text != nil}, {"truth", v.Truth != nil},
		{"numbers", v.Numbers != nil}, {"texts", v.Texts != nil}, {"time", v.Time != nil},
	} {
		if one.set {
			out = append(out, one.name)
		}
	}
	return out
}

// Told is the value as conditions know it; an age is the days since it happened.
func (v Value) Told(now time.Time) any {
	switch {
	case v.Number != nil:
		return *v.Number
	case v.Text != nil:
		return *v.Text
	case v.Truth != nil:
		return *v.Truth
	case v.Numbers != nil:
		return v.Numbers
	case v.Texts != nil:
		return v.Texts
	case v.Time != nil:
		return max(0, now.Sub(*v.Time).Hours()/24)
	}
	return nil
}

// fits reports whether it is a value of the fact as it is declared now: the declaration may have
// changed since it was given.
func (v Value) fits(d Declaration) bool {
	if !slices.Equal(v.members(), []string{member[d.Type]}) {
		return false
	}
	switch {
	case len(d.Values) == 0:
		return true
	case v.Text != nil:
		return slices.Contains(d.Values, *v.Text)
	}
	for name := range v.Numbers {
		if !slices.Contains(d.Values, name) {
			return false
		}
	}
	return true
}

// settled is the value as it is kept: a time in UTC, to the microsecond, and not after now, where
// the clock of who gave it was ahead.
func (v Value) settled(now time.Time) Value {
	if v.Time != nil {
		t := v.Time.UTC().Truncate(time.Microsecond)
		if t.After(now) {
			t = now
		}
		v.Time = &t
	}
	return v
}

// place is the pointer of a member of a list.
func place(list string, n int) string { return fmt.Sprintf("%s/%d", list, n) }

// pointer escapes a name in a JSON pointer (RFC 6901, section 3).
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// check notes at pointers from at on what is wrong with a value of the fact.
func (v Value) check(check *fault.Check, at string, d Declaration, now time.Time) {
	want := member[d.Type]
	for _, name := range v.members() {
		check.Require(name == want, at+"/"+name, nil, "must be left out: %s is of the type %s, and is given as %q", d.Name, d.Type, want)
	}
	if !slices.Contains(v.members(), want) {
		check.Fail(at+"/"+want, nil, "is missing: %s is of the type %s", d.Name, d.Type)
		return
	}
	switch d.Type {
	case fact.Number:
		checkNumber(check, at+"/number", *v.Number)
	case fact.Text:
		checkText(check, at+"/text", *v.Text, d.Values)
	case fact.Age:
		checkTime(check, at+"/time", *v.Time, now)
	case fact.Numbers:
		checkNames(check, at+"/numbers", slices.Sorted(maps.Keys(v.Numbers)), d.Values, func(at, name string) { checkNumber(check, at, v.Numbers[name]) })
	case fact.Texts:
		checkNames(check, at+"/texts", slices.Sorted(maps.Keys(v.Texts)), nil, func(at, name string) { access.CheckLine(check, at, v.Texts[name], 0, maxText) })
	}
}

func checkNumber(check *fault.Check, at string, n float64) {
	check.Require(!math.IsNaN(n) && !math.IsInf(n, 0), at, nil, "must be a finite number")
}

func checkText(check *fault.Check, at, text string, among []string) {
	if len(among) > 0 {
		check.Require(slices.Contains(among, text), at, text, "must be one of %s", fault.Or(quoted(among)))
		return
	}
	access.CheckLine(check, at, text, 1, maxText)
}

// quoted are declared values as they were typed: any of them may have a comma, an "or" or a space
// at its end.
func quoted(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Quote(v)
	}
	return out
}

func checkTime(check *fault.Check, at string, t, now time.Time) {
	is := t.UTC().Format(time.RFC3339)
	check.Require(!t.After(now.Add(skew)), at, is, "must not be after now, %s: it is when it happened", now.Format(time.RFC3339))
	check.Require(!t.Before(earliest), at, is, "must not be before %d", earliestYear)
}

func checkNames(check *fault.Check, at string, names, among []string, each func(at, name string)) {
	if len(names) > maxNames {
		check.Fail(at, nil, "must have at most %d names, has %d", maxNames, len(names))
		return
	}
	for _, name := range names {
		var found fault.Check
		if len(among) > 0 {
			found.Require(slices.Contains(among, name), at, name, "has a name that is not %s", fault.Or(quoted(among)))
		} else {
			access.CheckLine(&found, at, name, 1, maxNameOf)
		}
		if check.Join(found) {
			each(at+"/"+pointer.Replace(name), name)
		}
	}
}
