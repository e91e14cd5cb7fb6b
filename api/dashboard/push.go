package dashboard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// push is how to send measurements where there are none.
type push struct {
	Title, Text, Command, Note string
}

// measuredOnce reports whether nothing is known of the windows of an SLO, which was measured
// before them.
func (d *Dashboard) measuredOnce(v *visit, view slo.View) (bool, error) {
	if !view.Status.Latest.IsZero() {
		return false, nil
	}
	past, err := d.history(v, view, "", pastRange{name: "all"}.lengthOf(view, endOf(v, view)), 0)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(past.Points, func(p slo.Point) bool { return p.Sum.Total > 0 }), nil
}

// push is a command that sends one slot, the newest that is over: the first ever, unless the
// SLO was measured once.
func (d *Dashboard) push(now time.Time, owner registry.Service, view slo.View, once bool) *push {
	field, count := "good", 119
	if view.Indicator.Counting == slo.BadTotal {
		field, count = "bad", 1
	}
	resolution := view.Indicator.Resolution
	start := now.UTC().Truncate(resolution).Add(-resolution)
	address := strings.TrimSuffix(d.opts.PublicURL, "/") + "/v1" + sloURL(owner.Slug, view.SLO.Slug) + "/measurements"
	title, text := "Send the first measurement", "Nothing has been measured yet."
	if once {
		title, text = "Go on sending measurements", "Nothing was measured in "+overText(view.Revision.Over)+"."
	}
	return &push{
		Title: title,
		Text:  fmt.Sprintf("%s Send how many events there were in a slot of %s, and how many of them were %s:", text, windowText(resolution), field),
		Command: fmt.Sprintf(`curl -X POST %s \
  -H "Authorization: Bearer $EVENKEEL_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"slots":[{"start":"%s","%s":%d,"total":120}]}'`, address, start.Format(time.RFC3339), field, count),
		Note: "Sending the same slot again replaces it, so a retry never counts twice. The figures follow with the next evaluation.",
	}
}
