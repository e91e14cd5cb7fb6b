package promrules

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// SLO is what rules are made of.
type SLO struct {
	Service   string // its slug
	Slug      string // unique within the service
	Name      string // for people; the slug when empty
	Objective budget.Objective
	// Days is the length of the rolling window, 1 or more.
	Days int
	// Period is the length of the window that alerts go by; that of Days when 0. It is
	// another where the window is a calendar's, of which the rules have no figures.
	Period time.Duration
	Origin origin.Origin
	// Counting counts the events of the Origin, where it was read already.
	Counting *prometheus.Counting
	// Resolution is the length of a slot; measure.Minute when 0.
	Resolution time.Duration
	Alerts     slo.AlertTerms
	// Labels are put on everything that is recorded, and so are on alerts.
	Labels map[string]string
	// Info are labels of the metric that says what the SLO is called, beside its own.
	Info map[string]string
	// Page and Ticket say what the alerts of a severity are called and carry.
	Page, Ticket AlertWords
}

// AlertWords are what an alert says beside what all say.
type AlertWords struct {
	Name                string // "SLOBudgetBurn" with the severity when empty
	Labels, Annotations map[string]string
}

// Left says what of an SLO has no place in rules, for people.
type Left struct {
	Service, SLO string
	Message      string
}

// Of makes a declaration, which is complete, what rules are made of; now is when
// the window of a calendar is looked at, which is not always as long. Errors: Invalid with
// every fault; Invalid "not_promql" where it is right, and rules cannot say what it promises.
func Of(service string, d slo.Declaration, now time.Time) (SLO, error) {
	var check fault.Check
	objective, err := budget.ParseObjective(d.Objective)
	if err != nil {
		check.Fail("/objective", d.Objective, "%s", err)
	}
	over := slo.CheckWindow(&check, "", d.WindowDays, d.Calendar)
	if err := check.Err(); err != nil {
		return SLO{}, err
	}
	if method := d.Budgeting.Method; method != "" && method != slo.Occurrences {
		return SLO{}, fault.New(fault.Invalid, prometheus.NotPromQL, "it counts slices of time, and rules of Prometheus count events")
	}
	s := SLO{
		Service: service, Slug: d.Slug, Name: d.Name, Objective: objective, Origin: d.Origin, Resolution: d.Resolution,
		Alerts: slo.AlertTerms{Off: slo.AlertsOff(strings.Join(d.AlertsOff, ",")), MinBadEvents: d.MinBadEvents},
		Period: over.Length(now),
	}
	if over.Rolls() {
		s.Days = over.Days
	}
	return s, nil
}

func (s SLO) resolution() time.Duration { return cmp.Or(s.Resolution, measure.Minute) }

func (s SLO) period() time.Duration {
	return cmp.Or(s.Period, time.Duration(s.Days)*24*time.Hour)
}

func length(d time.Duration) string { return prometheus.Length(d) }

// with returns the labels together, sorted by name; the later win.
func with(of ...[]Label) []Label {
	var out []Label
	for _, labels := range of {
		if len(out) == 0 && slices.IsSortedFunc(labels, byName) {
			out = slices.Clone(labels)
			continue
		}
		for _, l := range labels {
			at, there := slices.BinarySearchFunc(out, l, byName)
			if there {
				out[at] = l
			} else {
				out = slices.Insert(out, at, l)
			}
		}
	}
	return out
}

func byName(a, b Label) int { return strings.Compare(a.Name, b.Name) }

// Labels are those of a map, sorted by name.
func Labels(of map[string]string) []Label {
	out := make([]Label, 0, len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, Label{name, of[name]})
	}
	return out
}

// named is what services and SLOs are called in rules: in Sloth too they are letters and
// digits with "-", "_" and "." between. Nothing of it means anything in templates of alerts.
var named = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)

// IsName reports whether a service or an SLO can be called so in rules.
func IsName(text string) bool { return named.MatchString(text) }

// check notes what of the labels and names Prometheus would refuse.
func (s SLO) check(check *fault.Check) {
	const right = "must be letters and digits, with -, _ and . between"
	check.Require(IsName(s.Service), "/service", s.Service, right)
	check.Require(IsName(s.Slug), "/slug", s.Slug, right)
	check.Require(s.period() > 0, "/windowDays", s.Days, "must be 1 or more")
	for _, of := range []struct {
		pointer string
		labels  map[string]string
	}{
		{"/labels", s.Labels}, {"/info", s.Info}, {"/page/labels", s.Page.Labels}, {"/ticket/labels", s.Ticket.Labels},
		{"/page/annotations", s.Page.Annotations}, {"/ticket/annotations", s.Ticket.Annotations},
	} {
		for _, l := range Labels(of.labels) {
			check.Require(prometheus.IsLabelName(l.Name), of.pointer, l.Name, "must be names of letters, digits and underscores, not beginning with a digit")
			check.Require(utf8.ValidString(l.Value), of.pointer, l.Name, "must have a value in UTF-8")
		}
	}
}
