// Package fact is how domains tell what they know of many things at once, by name, so that
// conditions can be written on it. A fact that is not known is absent, and never has a
// default. What a condition makes of facts is decided by who judges it.
package fact

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Type is what values of a fact are.
type Type string

// The types.
const (
	Number  Type = "number"  // float64
	Text    Type = "text"    // string
	Truth   Type = "truth"   // bool
	Numbers Type = "numbers" // map[string]float64; a name that is not in it has none
	Texts   Type = "texts"   // map[string]string; a name that is not in it has none
	Age     Type = "age"     // float64: the days since something happened, a part of a day too
)

// Declaration says that there is a fact.
type Declaration struct {
	Name string // in camel case
	Type Type
	Doc  string // what it is, and in which unit
	// Values are all texts that a Text can be, or all names that Numbers can have; none
	// where they can be any.
	Values []string
	// Held is whether it is told of a thing as it was read: nothing else is read for it.
	Held bool
	// By names who tells it: a domain, such as "slo".
	By string
}

// By returns the declarations as those of the domain that tells the facts.
func By(domain string, declared ...Declaration) []Declaration {
	for i := range declared {
		declared[i].By = domain
	}
	return declared
}

// DaysSince is the value of an Age: the days from then to now, never below 0, for whoever told
// of it may have a clock that is ahead.
func DaysSince(then, now time.Time) float64 {
	return max(now.Sub(then).Hours()/24, 0)
}

// Set is what is known of one thing, by name; its values are of the declared types.
type Set map[string]any

// Known is one fact with its value, as it is written down: one of the five is set.
type Known struct {
	Name    string             `json:"name"`
	Number  *float64           `json:"number,omitempty"`
	Text    *string            `json:"text,omitempty"`
	Truth   *bool              `json:"truth,omitempty"`
	Numbers map[string]float64 `json:"numbers,omitempty"`
	Texts   map[string]string  `json:"texts,omitempty"`
}

// Value is that of the fact, as it is in a Set.
func (k Known) Value() any {
	switch {
	case k.Number != nil:
		return *k.Number
	case k.Text != nil:
		return *k.Text
	case k.Truth != nil:
		return *k.Truth
	case k.Texts != nil:
		return k.Texts
	}
	return k.Numbers
}

// Known are those of the facts of these names that are known, in their order.
func (s Set) Known(names ...string) []Known {
	known := []Known{}
	for _, name := range names {
		k := Known{Name: name}
		switch value := s[name].(type) {
		case float64:
			k.Number = &value
		case string:
			k.Text = &value
		case bool:
			k.Truth = &value
		case map[string]float64:
			k.Numbers = value
		case map[string]string:
			k.Texts = value
		default:
			continue
		}
		known = append(known, k)
	}
	return known
}

// Declarer says which facts there are. What it says never changes.
type Declarer interface {
	Facts() []Declaration
}

// Source gives facts of things of one kind.
type Source[Thing any] interface {
	Declarer
	// FactsOf returns what is known of the things, as they were read, by identifier. It asks in
	// bulk: what it costs hardly grows with their number. It authorises nobody. Where facts are
	// named, only these are asked for; more may be told.
	FactsOf(ctx context.Context, things []Thing, names ...string) (map[id.ID]Set, error)
}

// Book joins the facts of several sources.
type Book[Thing any] struct {
	sources  []Source[Thing]
	told     []map[string]Declaration // by each source
	declared []Declaration
}

// NewBook returns the book of the sources. It panics when two declare one name: that is a
// mistake of whoever puts the program together.
func NewBook[Thing any](sources ...Source[Thing]) *Book[Thing] {
	b := &Book[Thing]{sources: sources}
	for _, s := range sources {
		told := make(map[string]Declaration)
		for _, d := range s.Facts() {
			told[d.Name] = d
			if slices.ContainsFunc(b.declared, func(o Declaration) bool { return o.Name == d.Name }) {
				panic(fmt.Sprintf("the fact %q is declared twice", d.Name))
			}
			b.declared = append(b.declared, d)
		}
		b.told = append(b.told, told)
	}
	return b
}

// Facts are all that are declared, in the order of the sources.
func (b *Book[Thing]) Facts() []Declaration { return b.declared }

// Asks reports whether facts are asked for of which one is among those that are told: all are
// where none is named.
func Asks(names []string, told ...string) bool {
	return len(names) == 0 || slices.ContainsFunc(told, func(name string) bool { return slices.Contains(names, name) })
}

// FactsOf returns what is known of the things by all sources that tell what is asked for.
func (b *Book[Thing]) FactsOf(ctx context.Context, things []Thing, names ...string) (map[id.ID]Set, error) {
	out := make(map[id.ID]Set, len(things))
	for i, s := range b.sources {
		declared := b.told[i]
		if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return declared[name].Name == name }) {
			continue
		}
		found, err := s.FactsOf(ctx, things, names...)
		if err != nil {
			return nil, err
		}
		for thing, set := range found {
			if out[thing] == nil {
				out[thing] = Set{}
			}
			for name, value := range set {
				if d := declared[name]; !is(value, d.Type) || !d.lists(value) {
					return nil, fmt.Errorf("the fact %q of %s is the %T %v, and was declared as %q of %v", name, thing, value, value, d.Type, d.Values)
				}
				out[thing][name] = value
			}
		}
	}
	return out, nil
}

// lists reports whether the value is among the declared ones.
func (d Declaration) lists(value any) bool {
	known := func(name string) bool { return len(d.Values) == 0 || slices.Contains(d.Values, name) }
	switch v := value.(type) {
	case string:
		return known(v)
	case map[string]float64:
		return all(maps.Keys(v), known)
	case map[string]string:
		return all(maps.Keys(v), known)
	}
	return true
}

func all(names iter.Seq[string], are func(string) bool) bool {
	for name := range names {
		if !are(name) {
			return false
		}
	}
	return true
}

func is(value any, t Type) bool {
	switch value.(type) {
	case float64:
		return t == Number || t == Age
	case string:
		return t == Text
	case bool:
		return t == Truth
	case map[string]float64:
		return t == Numbers
	case map[string]string:
		return t == Texts
	}
	return false
}
