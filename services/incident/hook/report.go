package hook

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	maxTitle = 200 // characters of the title of an incident
	maxNamed = 50  // services that are looked at, which is how many an incident has at most
)

// Report is what a payload says of an incident, in its source's own words. What it does not say is
// left out.
type Report struct {
	ExternalID string
	// Link leads to where the incident is seen at its source.
	Link   string
	ToldAt time.Time
	Status incident.Status
	// Gone says that the source has it no more, or takes it for none.
	Gone  bool
	Title string
	// Severity holds what the source calls how bad it is, what says most first.
	Severity []string
	Services []Named

	ImpactStart time.Time
	ImpactEnd   *time.Time
	DetectedAt  *time.Time
	MitigatedAt *time.Time
	ResolvedAt  *time.Time
}

// Named is what a source calls a service.
type Named struct {
	ID, Name string
	// Hint says that it need not be a service, such as a tag: it counts where the settings name it.
	Hint bool
}

// service adds what a source calls a service.
func (r *Report) service(n Named) {
	n.ID, n.Name = line(n.ID, registry.MaxLine), line(n.Name, registry.MaxLine)
	if (n.ID != "" || n.Name != "") && len(r.Services) < maxNamed {
		r.Services = append(r.Services, n)
	}
}

// severity adds what a source calls how bad it is.
func (r *Report) severity(name string) {
	if name = line(name, registry.MaxLine); name != "" {
		r.Severity = append(r.Severity, name)
	}
}

// check notes the faults of what every report has to say; the pointers are where the payload says so.
func (r *Report) check(check *fault.Check, id, toldAt string) {
	access.CheckLine(check, id, r.ExternalID, 1, registry.MaxLine)
	check.Require(!r.ToldAt.IsZero(), toldAt, nil, "must be when it happened")
}

// tidied is the report with times that can be: none after now, and each not before the one that it
// follows. Clocks differ, and people correct times one by one; for that no incident is lost.
func (r Report) tidied(now time.Time) Report {
	past := func(t time.Time) time.Time {
		if t.After(now) {
			return now
		}
		return t
	}
	r.ToldAt, r.ImpactStart = past(r.ToldAt), past(r.ImpactStart)
	if !r.Status.Over() {
		r.ResolvedAt = nil
	}
	last := r.ImpactStart
	for _, t := range []**time.Time{&r.DetectedAt, &r.MitigatedAt, &r.ResolvedAt} {
		if *t == nil {
			continue
		}
		at := past(**t)
		if at.Before(last) {
			at = last
		}
		*t, last = &at, at
	}
	if r.ImpactEnd != nil {
		end := past(*r.ImpactEnd)
		if r.ImpactEnd = &end; !end.After(r.ImpactStart) || r.ImpactStart.IsZero() {
			r.ImpactEnd = nil
		}
	}
	return r
}

// line is the text as one line of at most so many visible characters; "…" is where more was cut off.
func line(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case hidden.Rune(r) && r != 0x200c && r != 0x200d:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if hidden.In(text) { // joiners that join nothing
		text = strings.Map(func(r rune) rune {
			if hidden.Rune(r) {
				return -1
			}
			return r
		}, text)
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimRight(string([]rune(text)[:most-1]), " \u200c\u200d") + "…"
}

// link is the address, or nothing where it is none that is kept: an incident is not lost for it.
func link(address string) string {
	var check fault.Check
	if registry.CheckURL(&check, "", address); check.Err() != nil {
		return ""
	}
	return address
}
