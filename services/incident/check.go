package incident

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	// Skew is how far the clock of who tells may be ahead.
	Skew = time.Minute
	// earliestYear is that before which nothing happened. The first ones of the calendar may not even be
	// spelt in another zone.
	earliestYear = 2000
	maxTitle     = 200
	maxServices  = 50
	maxImpact    = 4_000 // characters of the customer impact, and of an entry of the timeline
	maxTags      = 20
	maxTag       = 50
	maxLinks     = 20
	maxReaders   = 100
)

// check notes the faults of what is said at now of an incident of the status.
func (t Terms) check(check *fault.Check, now time.Time, status Status) {
	access.CheckLine(check, "/title", t.Title, 1, maxTitle)
	check.Require(slices.Contains(Severities, t.Severity), "/severity", string(t.Severity), "must be one of %s", fault.Or(Severities))
	t.checkServices(check)
	for _, role := range slices.Sorted(maps.Keys(t.Roles)) {
		check.Require(slices.Contains(Roles, role), "/roles", string(role), "must be of the roles %s", fault.Or(Roles))
	}
	t.checkTimes(check, now, status)
	registry.CheckText(check, "/customerImpact", t.CustomerImpact, maxImpact)
	for n, cause := range t.Causes {
		at := fmt.Sprintf("/causes/%d", n)
		check.Require(slices.Contains(Causes, cause), at, cause, "must be one of %s", fault.Or(Causes))
		check.Require(slices.Index(t.Causes, cause) == n, at, cause, "is named twice; once is enough")
	}
	check.Require(len(t.Tags) <= maxTags, "/tags", len(t.Tags), "must be at most %d", maxTags)
	for n, tag := range t.Tags {
		at := fmt.Sprintf("/tags/%d", n)
		access.CheckLine(check, at, tag, 1, maxTag)
		check.Require(slices.Index(t.Tags, tag) == n, at, tag, "is there twice; once is enough")
	}
	check.Require(len(t.Links) <= maxLinks, "/links", len(t.Links), "must be at most %d", maxLinks)
	for n, link := range t.Links {
		registry.CheckName(check, fmt.Sprintf("/links/%d/name", n), link.Name)
		at := fmt.Sprintf("/links/%d/url", n)
		check.Require(link.URL != "", at, nil, "must be an address such as https://example.org/path")
		registry.CheckURL(check, at, link.URL)
	}
	check.Require(len(t.Readers) <= maxReaders, "/readers", len(t.Readers), "must be at most %d", maxReaders)
	check.Require(t.Restricted || len(t.Readers) == 0, "/readers", len(t.Readers), "are only of a restricted incident; others are read by everybody")
}

func (t Terms) checkServices(check *fault.Check) {
	n := len(t.Services)
	check.Require(n >= 1 && n <= maxServices, "/services", n, "must be 1 to %d", maxServices)
	for n, s := range t.Services {
		check.Require(slices.Contains(parts, s.Part), fmt.Sprintf("/services/%d/role", n), string(s.Part), "must be one of %s", fault.Or(parts))
		first := slices.IndexFunc(t.Services, func(o Involved) bool { return o.Service == s.Service })
		check.Require(first == n, fmt.Sprintf("/services/%d/service", n), string(s.Service), "is the same service as /services/%d: each is named once", first)
	}
}

// checkTimes requires the order in which things happen: it starts, is detected, mitigated and
// resolved, of those that are known, and nothing of it is to come.
func (t Terms) checkTimes(check *fault.Check, now time.Time, status Status) {
	check.Require(!t.ImpactStart.IsZero(), "/impactStart", nil, "must be when the impact began")
	last, lastName := t.ImpactStart, "impactStart"
	for _, s := range []struct {
		name string
		at   *time.Time
	}{{"impactStart", &t.ImpactStart}, {"detectedAt", t.DetectedAt}, {"mitigatedAt", t.MitigatedAt}, {"resolvedAt", t.ResolvedAt}, {"impactEnd", t.ImpactEnd}} {
		if s.at == nil {
			continue
		}
		text := s.at.Format(time.RFC3339)
		switch {
		case s.at.After(now.Add(Skew)):
			check.Fail("/"+s.name, text, "must not be after now, %s", now.Format(time.RFC3339))
		case s.at.UTC().Year() < earliestYear && !s.at.IsZero():
			check.Fail("/"+s.name, text, "must not be before the year %d", earliestYear)
		case s.name == "impactEnd":
			check.Require(s.at.After(t.ImpactStart), "/impactEnd", text, "must be after impactStart, %s; leave it out while the impact lasts", t.ImpactStart.Format(time.RFC3339))
		case s.at.Before(last):
			check.Fail("/"+s.name, text, "must not be before %s, %s", lastName, last.Format(time.RFC3339))
		default:
			last, lastName = *s.at, s.name
		}
	}
	check.Require(t.ResolvedAt == nil || status.Over(), "/resolvedAt", nil, "must be left out while the incident is %q; it is resolved by its status", status)
}
