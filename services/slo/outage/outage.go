package outage

import (
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	day = 24 * time.Hour
	// Reach is how far back an outage begins at most: beyond two quarters.
	Reach = 400 * day
	// MaxLive is how many outages of a service may be in a time that errors are told of.
	MaxLive = 1_000
)

// Outage is a time in which something of a class was wrong with a service: [Begins, Ends).
type Outage struct {
	ID      id.ID
	Service id.ID
	Class   string // an RFC 1123 label
	Note    string
	Begins  time.Time
	Ends    *time.Time // nil while it lasts

	CreatedAt time.Time
	CreatedBy string // the caller's name
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Input is what is said of an outage.
type Input struct {
	Class  string
	Note   string
	Begins time.Time
	Ends   *time.Time
}

// check notes the faults of what is said at now, of the outage that there is, or nil. One that
// lasted until it is beyond reach can still be ended.
func (in Input) check(check *fault.Check, now time.Time, standing *Outage) {
	check.Require(label.Is(in.Class), "/class", in.Class, "must be a class of outages such as \"network\", \"database\" or \"deploy\": lower-case letters, digits and hyphens, at most %d", label.MaxLength)
	registry.CheckText(check, "/note", in.Note, registry.MaxReason)
	begins := in.Begins.UTC().Format(time.RFC3339)
	check.Require(!in.Begins.After(now), "/from", begins, "must not be after now, %s: an outage is recorded once it began", now.Format(time.RFC3339))
	kept := standing != nil && in.Begins.Equal(standing.Begins)
	check.Require(kept || !in.Begins.Before(now.Add(-Reach)), "/from", begins, "must not be before %s: at most %d days back", now.Add(-Reach).Format(time.DateOnly), Reach/day)
	if in.Ends == nil {
		return
	}
	ends := in.Ends.UTC().Format(time.RFC3339)
	switch {
	case !in.Ends.After(in.Begins):
		check.Fail("/to", ends, "must be after from, %s; leave it out while the outage lasts", begins)
	case in.Ends.After(now):
		check.Fail("/to", ends, "must not be after now, %s; leave it out while the outage lasts", now.Format(time.RFC3339))
	}
}

// with is the outage as the input says it.
func (o Outage) with(in Input) Outage {
	o.Class, o.Note, o.Begins, o.Ends = in.Class, strings.TrimSpace(in.Note), in.Begins.UTC().Truncate(time.Microsecond), nil
	if in.Ends != nil {
		ends := in.Ends.UTC().Truncate(time.Microsecond)
		o.Ends = &ends
	}
	return o
}

// ClassTag begins the tag of an incident that says of which class of outages it is.
const ClassTag = "class:"

// classes are those of which the time is: that of an outage, or those in the tags of an incident.
func (t Time) classes() []string {
	if t.Class != "" {
		return []string{t.Class}
	}
	var out []string
	for _, tag := range t.Tags {
		if class, tells := strings.CutPrefix(tag, ClassTag); tells && label.Is(class) {
			out = append(out, class)
		}
	}
	return out
}

// object is the outage as it is authorised on, which is as its service.
func (o Outage) object(owner registry.Service) access.Object {
	return access.Object{Kind: access.KindOutage, ID: o.ID, Label: owner.Slug, Team: owner.Team}
}

// record is what the audit log keeps of an outage.
type record struct {
	Class, Note  string
	Begins, Ends string
}

func (o Outage) record() record {
	r := record{Class: o.Class, Note: o.Note, Begins: o.Begins.Format(time.RFC3339)}
	if o.Ends != nil {
		r.Ends = o.Ends.Format(time.RFC3339)
	}
	return r
}
