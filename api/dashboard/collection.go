package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// collection is where measurements come from that nobody sends, how fresh they
// are, and what failed.
type collection struct {
	Source          string
	Recording       string // the rules it is read from; empty where it is read by its queries
	RecordingQuery  string // what is asked for what they record
	Until, Answered moment
	Behind          string // empty while nothing is
	Missing         string
	LastMissing     moment
	LastWhy         string
	Failure, Since  string
	FailingFor      moment
	FailsFrom       string // FailingFor by the clock
	Badge           badge
	Backfills       []backfillRow
	Retired         bool
}

// backfillRow is a part of the past that is being read.
type backfillRow struct {
	Range, Why string
	Percent    string
	Bar        template.HTML
	Detail     string
	End        moment
	Failure    string
	Again      moment
}

// why tells in words why a slot has no data.
var why = map[origin.Reason]string{
	origin.NoSample:  "nothing was known of it",
	origin.NotNumber: "its value was no number",
	origin.Negative:  "it had fewer events than none",
	origin.GoodAbove: "it had more good events than events",
	origin.TooMany:   "it had more than can be counted",
	origin.Partial:   "only a part of it was known",
	origin.Ambiguous: "it could be read in several ways",
}

// failures tells in words what failed.
var failures = map[collect.Failing]string{
	collect.Unavailable: "The data source does not answer.",
	collect.Refused:     "The data source refuses what it is asked.",
	collect.Incomplete:  "The data source knows only a part.",
	collect.NotTaken:    "What the data source says cannot be stored.",
	collect.Internal:    "Evenkeel could not read it.",
}

// causes tells in words why there is a backfill.
var causes = map[collect.Cause]string{
	collect.ByRequest: "as was asked for",
	collect.ByWindow:  "because the indicator is new",
	collect.ByOutage:  "because nothing could be read then",
}

// collected reads how the SLO is read from its data source; nil when its
// measurements are sent.
func (d *Dashboard) collected(v *visit, view slo.View) (*collection, error) {
	if !view.Indicator.Origin.Asked() {
		return nil, nil
	}
	s, err := d.sources.Collection.Standing(v.ctx, view.SLO.ID)
	if err != nil {
		return nil, err
	}
	c := s.Collection
	out := &collection{
		Source: s.Source.Name, Until: ago(v.now, s.Until), Answered: ago(v.now, c.SucceededAt),
		Badge: badge{Tone: "stale", Word: "Failing"}, Retired: s.Source.RetiredAt != nil, LastMissing: at(c.Last.Start), LastWhy: why[c.Last.Reason],
	}
	if of := s.Recording; of != nil {
		out.Recording = fmt.Sprintf("%s and %s, in the group %s of %s", of.Series(of.Good), of.Series(of.Total), of.Group, of.File)
		out.RecordingQuery = of.Query
	}
	if c.Last.Detail != "" {
		out.LastWhy += ": " + c.Last.Detail
	}
	if s.Lag > 0 {
		out.Behind = windowText(s.Lag)
	}
	missing := int64(0)
	for _, n := range c.Missing {
		missing += n
	}
	if out.Missing = "no slot"; missing > 0 {
		out.Missing = eventsText(missing*1000) + " slots of " + windowText(s.Resolution)
	}
	if c.Failing != "" {
		out.Failure, out.Since, out.FailingFor = failures[c.Failing], sentence(c.Failure), ago(v.now, c.FailingSince)
		out.FailsFrom = at(c.FailingSince).Text
	}
	for _, b := range s.Open {
		out.Backfills = append(out.Backfills, backfill(v, b, s))
	}
	slices.Reverse(out.Backfills) // the newest first
	return out, nil
}

// notes are what has to be known of the figures because of how they are read.
func (c *collection) notes() []string {
	if c == nil || c.Retired {
		return nil
	}
	var out []string
	if c.Failure != "" {
		out = append(out, fmt.Sprintf("%s: nothing new has been read since %s.", strings.TrimSuffix(c.Failure, "."), c.FailsFrom))
	}
	if len(c.Backfills) > 0 {
		out = append(out, fmt.Sprintf("The past is being read, %s of it so far: figures are of what is read.", c.Backfills[0].Percent))
	}
	return out
}

func backfill(v *visit, b collect.Backfill, s collect.Standing) backfillRow {
	p := b.Progress(s.Resolution, v.now)
	row := backfillRow{
		Range: at(b.From).Text + " to " + at(b.To).Text, Why: causes[b.Cause], Percent: fmt.Sprintf("%.1f %%", p.Percent), Bar: chart.Progress(p.Percent / 100),
		Detail: fmt.Sprintf("%s of %s slots read, %s without data", eventsText(p.Done*1000), eventsText(p.Total*1000), eventsText(p.Missing*1000)),
		End:    ago(v.now, p.End),
	}
	if b.Failing != "" {
		row.Failure, row.Again = failures[b.Failing]+" "+sentence(b.Failure), ago(v.now, b.NextAt)
	}
	return row
}
