package given

import (
	"reflect"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Pushed is what a program, or a member of the team, said last of a fact. Withdrawn, it holds no
// more, and keeps its version.
type Pushed struct {
	ID      id.ID
	Service id.ID
	Fact    string
	Value   Value
	Source  string // which program says so
	Link    string // to what shows it; may be empty
	At      time.Time
	Until   time.Time // it holds before that
	// PushedAt is when it was told, and PushedBy the name of whose token that was.
	PushedAt time.Time
	PushedBy string
	Version  int64
}

// Holds reports whether it is known at that time.
func (p Pushed) Holds(now time.Time) bool { return now.Before(p.Until) }

func (p Pushed) key() Key { return Key{p.Service, p.Fact} }

// same reports whether it says the same of the fact, though perhaps of another time.
func (p Pushed) same(o Pushed) bool {
	return reflect.DeepEqual(p.Value, o.Value) && p.Source == o.Source && p.Link == o.Link
}

// Push is what is said of a fact.
type Push struct {
	// Service is the slug or identifier of what it is said of, where it is not said otherwise.
	Service string
	Fact    string
	Value   Value
	Source  string
	Link    string
	At      time.Time     // when it was observed; now when zero
	TTL     time.Duration // for how long it holds since then; as long as it may when zero
}

// The bounds of what is pushed.
const (
	// MaxPushed is how many facts of one service are pushed at once, and MaxBatch of many.
	MaxPushed, MaxBatch = 50, 1000
	shortest            = time.Minute
)

// settled is it as it is kept, of a fact that is declared.
func (p Push) settled(d Declaration, now time.Time) Push {
	switch p.At = p.At.UTC().Truncate(time.Microsecond); {
	case p.At.IsZero():
		p.At = now
	case p.At.After(now) && !p.At.After(now.Add(skew)):
		p.At = now // by a clock that is ahead, which would have it go before what is observed later
	}
	if p.TTL == 0 {
		p.TTL = d.longest()
	}
	return p
}

func (p Push) check(check *fault.Check, at string, d Declaration, now time.Time) {
	p.Value.check(check, at, d, now)
	access.CheckLine(check, at+"/source", p.Source, 1, registry.MaxLine)
	registry.CheckURL(check, at+"/link", p.Link)
	observed := p.At.Format(time.RFC3339)
	var found fault.Check
	found.Require(p.TTL >= shortest && p.TTL <= d.longest(), at+"/ttlSeconds", int64(p.TTL/time.Second), "must be %d to %d: %s holds for %d days at most", int64(shortest/time.Second), int64(d.longest()/time.Second), d.Name, d.LongestDays)
	found.Require(!p.At.After(now), at+"/observedAt", observed, "must not be after now, %s", now.Format(time.RFC3339))
	if check.Join(found) {
		until := p.At.Add(p.TTL)
		check.Require(until.After(now), at+"/observedAt", observed, "is too long ago: it held until %s", until.Format(time.RFC3339))
	}
}

func (p Push) pushed(service id.ID, value Value, now time.Time, by string) Pushed {
	return Pushed{
		ID: id.New(now), Service: service, Fact: p.Fact, Value: value, Source: p.Source, Link: p.Link,
		At: p.At, Until: p.At.Add(p.TTL), PushedAt: now, PushedBy: by, Version: 2, // 1 is that of what nobody said
	}
}

// pushedObject is what is pushed as it is authorised on.
func pushedObject(of registry.Service) access.Object {
	return access.Object{Kind: access.KindServiceFact, ID: of.ID, Label: of.Slug, Team: of.Team}
}

// pushedRecord is what the audit log keeps of the facts of a service that changed at once.
type pushedRecord struct{ Facts map[string]pushedEntry }

type pushedEntry struct {
	Value        Value
	Source, Link string
	At, Until    time.Time
}

func (p Pushed) entry() pushedEntry { return pushedEntry{p.Value, p.Source, p.Link, p.At, p.Until} }
