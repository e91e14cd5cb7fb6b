package preview

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The codes of warnings that only a look at the past gives.
const (
	// WarnMissed is of an objective that was missed in a window.
	WarnMissed = "objective_missed"
	// WarnNoEvents is of a window without any event.
	WarnNoEvents = "no_events"
	// WarnFewEvents is of a window with fewer events than anything is concluded from.
	WarnFewEvents = "few_events"
	// WarnPartly is of slots that could not be counted.
	WarnPartly = "measured_partly"
	// WarnShortened is of a window that is longer than what could be looked at.
	WarnShortened = "window_shortened"
	// WarnCoarse is of values of which only some were looked at.
	WarnCoarse = "read_coarsely"
)

// warnings are those of what was seen.
func (p Preview) warnings() []slo.Warning {
	if p.Seen == nil {
		return nil
	}
	var out []slo.Warning
	warn := func(code, pointer, format string, args ...any) {
		out = append(out, slo.Warning{Code: code, Pointer: pointer, Message: fmt.Sprintf(format, args...)})
	}
	s, terms := p.Seen, p.Draft.Revision.Terms
	own := s.Window
	stretch := fmt.Sprintf("from %s to %s", own.From.Format(time.RFC3339), own.To.Format(time.RFC3339))
	switch {
	case own.Sum.Total == 0:
		warn(WarnNoEvents, "/indicator", "nothing was counted %s: look at the indicator, or nothing happened", stretch)
	case !terms.Enough(own.Sum):
		warn(WarnFewEvents, "/minEvents", "there were fewer %ss %s than the %d from which anything is concluded: the SLO would have no state", terms.Budgeting.Noun(), stretch, terms.MinEvents)
	}
	if own.Part {
		warn(WarnShortened, windowPointer(terms), "only a part of the window could be looked at, %s; its budget is told of that part", stretch)
	}
	p.warnMissed(warn)
	if lacking := s.lacking(); lacking != "" {
		warn(WarnPartly, "/indicator", "of some of the time nothing could be counted: %s", lacking)
	}
	if o := p.Draft.Indicator.Origin; p.Basis == BySource && s.Resolution > p.Draft.Indicator.Resolution && (o.Threshold != nil || o.RawRatio != nil && o.RawRatio.Weight == "") {
		warn(WarnCoarse, "/indicator", "one value was looked at every %s, and the SLO counts one every %s: there will be as many more events",
			budget.Words(s.Resolution), budget.Words(p.Draft.Indicator.Resolution))
	}
	return out
}

// warnMissed warns of an objective that was too high.
func (p Preview) warnMissed(warn func(code, pointer, format string, args ...any)) {
	known, missed := p.Seen.Whole()
	if missed == 0 {
		return
	}
	better := "none of the usual objectives would have been kept"
	if o := p.Seen.Suggested; !o.IsZero() {
		better = fmt.Sprintf("%s would have been kept, with a fifth of its budget to spare", o.Words())
	}
	reached := ""
	if r, some := budget.SLI(p.Seen.Window.Sum); some {
		reached = fmt.Sprintf("; the last window reached %s %%", r.Percent(4))
	}
	warn(WarnMissed, "/objective", "the objective of %s would have been missed in %d of the last %d whole windows%s; %s",
		p.Draft.Revision.Objective.Words(), missed, known, reached, better)
}

func windowPointer(t slo.Terms) string {
	if t.Over.Rolls() {
		return "/windowDays"
	}
	return "/calendar"
}

// lacking says of how many slots there is no data, and why.
func (s Seen) lacking() string {
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(s.Missing)) {
		parts = append(parts, fmt.Sprintf("%d slots %s", s.Missing[reason], why[reason]))
	}
	return strings.Join(parts, ", ")
}

var why = map[origin.Reason]string{
	origin.NoSample: "without a sample", origin.NotNumber: "with something else than a number", origin.Negative: "with fewer events than none",
	origin.GoodAbove: "with more good events than events", origin.TooMany: "with more than can be counted",
	origin.Partial: "with an answer that is not whole", origin.Ambiguous: "with something that can be read in several ways",
}

// sentence is the message of a fault as one.
func sentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(message[size:], ".") + "."
}
