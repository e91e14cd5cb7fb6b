package alert

import (
	"math/bits"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// judgePair returns what the alert of a burn pair becomes; open is the one that lasts, nil
// when there is none. It reports false where nothing changes.
//
// As the workbook's rule is (SRE Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate
// Alerts": long above the factor and short above the factor), it starts when both windows
// exceed the factor, and is over as soon as one of them does not. It ends only when no
// evaluation found both above for the length of the short window, as it is read: what comes again in
// between is the same alert. A start is never delayed.
//
// What is not known (stale, without data, or in part still to be read) neither starts nor
// ends one.
func judgePair(now time.Time, c slo.Concluded, i int, open *Alert) (Alert, bool) {
	pair, terms := budget.Pairs[i], c.Revision.Alerts
	in := c.Input()
	known := !c.Status.Stale && c.Status.State != budget.NoData && !c.Incomplete[i]
	if open == nil {
		if !known || terms.Withholds(pair, in) != slo.NotWithheld || !pair.Exceeded(in) {
			return Alert{}, false
		}
		a := started(now, c, Kind(pair.Name), pair.Severity)
		a.Evidence.Long, a.Evidence.Short = pair.Sums(in.Sums)
		a.Evidence.MinBadEvents, a.Evidence.Unit, a.Evidence.ShortLength = terms.MinBadEvents, in.Unit, pair.ShortOf(in)
		a.Peak = a.Evidence.Long
		return a, true
	}
	switch {
	case !terms.RaisesPair(pair):
		return open.ended(now, SwitchedOff), true
	case open.Evidence.Indicator != c.Indicator.ID:
		return open.ended(now, Revised), true
	case !known:
		return Alert{}, false
	}
	a := *open
	exceeded := pair.Exceeded(in)
	if a.Revision != c.Revision.ID {
		a.Revision = c.Revision.ID
		before := in
		before.Objective, before.Period = a.Evidence.Objective, a.Evidence.Period
		sustained := exceeded && terms.Withholds(pair, in) == slo.NotWithheld
		if !sustained && pair.Exceeded(before) {
			return a.ended(now, Revised), true
		}
	}
	end := c.Status.End
	switch long, _ := pair.Sums(in.Sums); {
	case exceeded:
		a.QuietSince = nil
		if higher(long, a.Peak) {
			a.Peak = long
		}
	case a.QuietSince == nil:
		a.QuietSince = &end
	case end.Sub(*a.QuietSince) >= pair.ShortOf(in):
		a = a.ended(now, Recovered)
	}
	return a, a != *open
}

// higher reports whether the share of bad events is higher in a than in b, by products.
func higher(a, b window.Sum) bool {
	hi, lo := bits.Mul64(uint64(a.Bad()), uint64(b.Total))
	other, rest := bits.Mul64(uint64(b.Bad()), uint64(a.Total))
	return hi > other || hi == other && lo > rest
}
