package statistics

import (
	"cmp"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
)

const (
	day = 24 * time.Hour
	// Again is within which time after an incident another one of the same cause, or of the same
	// service, is a repeat.
	Again = 90 * day
	// weekly is up to which length of a range incidents are counted by weeks, and beyond by months.
	weekly = 190 * day
	// mostCounts is how many tags and repeats are told at most.
	mostCounts = 50
)

// Statistics are of the incidents whose impact began in [From, To).
type Statistics struct {
	From, To  time.Time
	Zone      *time.Location
	Incidents int
	// Cut is set where there were more than are told of: the newest are left out.
	Cut bool

	// From the start of the impact, of incidents of which the time is known.
	Detect, Mitigate, Resolve Durations

	Weekly  bool     // periods are weeks, or months
	Periods []Period // by time, those without incidents too
	Causes  []Count
	Tags    []Count
	Repeats []Repeat
	OnCall  OnCall
}

// Period is a week or a month: [From, To).
type Period struct {
	From, To   time.Time
	Severities map[incident.Severity]int
}

// Count is how many incidents have a name.
type Count struct {
	Name      string
	Incidents int
}

// Repeat is a cause or a service of incidents each of which began within Again of the one before.
type Repeat struct {
	Cause     string // empty where it is a service
	Service   id.ID
	Incidents []incident.Incident // by time, two at least
}

// OnCall is what fell on whoever was on call. Evenkeel knows no rotations: a shift is a week that
// begins on Monday.
type OnCall struct {
	Shifts []Shift
	// Load is of the numbers of incidents of the shifts that lie in the range whole.
	Load Distribution
}

// Shift is a week, in which so many incidents were detected, or began where that is not known.
type Shift struct {
	From, To   time.Time
	Whole      bool // all of it lies in the range, and is over
	Incidents  int
	Intervened int // those in which somebody on call had to act
	OutOfHours int // those outside of Monday to Friday, 9 to 17
}

// Of works it out of the incidents of the range, by their start.
func Of(incidents []incident.Incident, from, to, now time.Time, zone *time.Location) Statistics {
	s := Statistics{From: from, To: to, Zone: zone, Incidents: len(incidents), Weekly: to.Sub(from) <= weekly}
	s.Detect = took(incidents, func(i incident.Incident) *time.Time { return i.DetectedAt })
	s.Mitigate = took(incidents, func(i incident.Incident) *time.Time { return i.MitigatedAt })
	s.Resolve = took(incidents, func(i incident.Incident) *time.Time { return i.ResolvedAt })
	s.Periods = periods(from, to, zone, s.Weekly)
	for _, i := range incidents {
		for n := range s.Periods {
			if p := &s.Periods[n]; !i.ImpactStart.Before(p.From) && i.ImpactStart.Before(p.To) {
				p.Severities[i.Severity]++
			}
		}
	}
	s.Causes = counted(incidents, func(i incident.Incident) []string { return i.Causes })
	s.Tags = counted(incidents, func(i incident.Incident) []string { return i.Tags })
	s.Repeats = repeats(incidents)
	s.OnCall = onCall(incidents, from, to, now, zone)
	return s
}

func took(incidents []incident.Incident, at func(incident.Incident) *time.Time) Durations {
	var known []time.Duration
	for _, i := range incidents {
		if t := at(i); t != nil {
			known = append(known, t.Sub(i.ImpactStart))
		}
	}
	return durations(known, len(incidents)-len(known))
}

// monday is the midnight with which the week of the time begins.
func monday(at time.Time, zone *time.Location) time.Time {
	year, month, date := at.In(zone).Date()
	back := (int(at.In(zone).Weekday()) + 6) % 7
	return time.Date(year, month, date-back, 0, 0, 0, 0, zone)
}

// periods are the weeks or months of the range, the first and the last of them whole.
func periods(from, to time.Time, zone *time.Location, weeks bool) []Period {
	begin := monday(from, zone)
	next := func(at time.Time) time.Time { return at.AddDate(0, 0, 7) }
	if !weeks {
		year, month, _ := from.In(zone).Date()
		begin = time.Date(year, month, 1, 0, 0, 0, 0, zone)
		next = func(at time.Time) time.Time { return at.AddDate(0, 1, 0) }
	}
	var out []Period
	for at := begin; at.Before(to); at = next(at) {
		out = append(out, Period{From: at, To: next(at), Severities: map[incident.Severity]int{}})
	}
	return out
}

func counted(incidents []incident.Incident, names func(incident.Incident) []string) []Count {
	of := map[string]int{}
	for _, i := range incidents {
		for _, name := range names(i) {
			of[name]++
		}
	}
	out := []Count{}
	for name, n := range of {
		out = append(out, Count{name, n})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), mostCounts)]
}

// repeats are the runs of incidents of a cause, and of a service, each within Again of the one
// before; the longest first, then what came back last.
func repeats(incidents []incident.Incident) []Repeat {
	type key struct {
		cause   string
		service id.ID
	}
	of := map[key][]incident.Incident{}
	for _, i := range incidents {
		for _, cause := range i.Causes {
			k := key{cause: cause}
			of[k] = append(of[k], i)
		}
		for _, s := range i.Services {
			k := key{service: s.Service}
			of[k] = append(of[k], i)
		}
	}
	var out []Repeat
	for k, all := range of {
		run := all[:1:1]
		for n := 1; n <= len(all); n++ {
			if n < len(all) && all[n].ImpactStart.Sub(all[n-1].ImpactStart) <= Again {
				run = append(run, all[n])
				continue
			}
			if len(run) > 1 {
				out = append(out, Repeat{Cause: k.cause, Service: k.service, Incidents: run})
			}
			if n < len(all) {
				run = all[n : n+1 : n+1]
			}
		}
	}
	last := func(r Repeat) time.Time { return r.Incidents[len(r.Incidents)-1].ImpactStart }
	slices.SortFunc(out, func(a, b Repeat) int {
		return cmp.Or(cmp.Compare(len(b.Incidents), len(a.Incidents)), last(b).Compare(last(a)), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Service, b.Service))
	})
	return out[:min(len(out), mostCounts)]
}

func onCall(incidents []incident.Incident, from, to, now time.Time, zone *time.Location) OnCall {
	var out OnCall
	for _, week := range periods(from, to, zone, true) {
		s := Shift{From: week.From, To: week.To, Whole: !week.From.Before(from) && !week.To.After(to) && !week.To.After(now)}
		for _, i := range incidents {
			at := i.ImpactStart
			if i.DetectedAt != nil {
				at = *i.DetectedAt
			}
			if at.Before(s.From) || !at.Before(s.To) {
				continue
			}
			s.Incidents++
			if i.OnCallIntervened {
				s.Intervened++
			}
			if !working(at.In(zone)) {
				s.OutOfHours++
			}
		}
		out.Shifts = append(out.Shifts, s)
	}
	var loads []float64
	for _, s := range out.Shifts {
		if s.Whole {
			loads = append(loads, float64(s.Incidents))
		}
	}
	out.Load = distribute(loads, len(out.Shifts)-len(loads))
	return out
}

// working reports whether the time is within the usual working hours, by its own clock.
func working(at time.Time) bool {
	weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
	return !weekend && at.Hour() >= 9 && at.Hour() < 17
}
