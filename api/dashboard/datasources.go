package dashboard

import (
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

type dataSourcesPage struct {
	Filters []entry
	Rows    []dataSourceRow
	Pager   pager
	Empty   empty
	First   *push // how an administrator registers the first one
}

// dataSourceRow is a data source in the list.
type dataSourceRow struct {
	Slug, Name, Address string
	Kind, Secrets       string
	State               badge
	Answered            moment
	Failing             moment // since when
	Failure             string
	Readers, Teams      string
}

func (d *Dashboard) dataSources(v *visit) (screen, error) {
	all := v.URL.Query().Has("all")
	found, err := d.sources.DataSources.List(v.ctx, source.Filter{IncludeRetired: all}, following(v, objectivesOnPage))
	if err != nil {
		return screen{}, err
	}
	p := dataSourcesPage{
		Filters: []entry{{URL: "/data-sources", Text: "In use", Current: !all}, {URL: "/data-sources?all", Text: "Retired, too", Current: all}},
		Pager:   pagerOf(v, found.Next), Empty: empty{
			Title: "No data source yet",
			Text:  "Without one, reporters push what they count. Evenkeel can read it from Prometheus, or what speaks like it, once an administrator has registered where that is.",
		},
	}
	for _, one := range found.Items {
		p.Rows = append(p.Rows, dataSource(v, one))
	}
	if v.caller.Administrator {
		p.First = d.firstDataSource()
	}
	return screen{template: "datasources", title: "Data sources", section: "/data-sources", page: p}, nil
}

func dataSource(v *visit, one source.View) dataSourceRow {
	s, h := one.Source, one.Health
	r := dataSourceRow{
		Slug: s.Slug, Name: s.Name, Address: s.Address, Kind: kindText(s.Kind), Secrets: secretsText(s), State: sourceBadge(one),
		Readers: "no objective is read from it", Teams: "every team",
	}
	if one.SLOs > 0 {
		r.Readers = "read by " + plural(one.SLOs, "objective", "objectives")
	}
	if h.SucceededAt != nil {
		r.Answered = ago(v.now, *h.SucceededAt)
	}
	if h.FailingSince != nil && s.RetiredAt == nil {
		r.Failing, r.Failure = ago(v.now, *h.FailingSince), sentence(h.Failure)
	}
	if len(s.Matchers) > 0 {
		r.Teams = "every team, with " + plural(len(s.Matchers), "matcher", "matchers")
	}
	if s.MatchersRequired {
		r.Teams = "teams that a matcher is for (" + plural(len(s.Matchers), "matcher", "matchers") + ")"
	}
	return r
}

func kindText(k source.Kind) string {
	if k == source.Adapter {
		return "Adapter"
	}
	return "Prometheus"
}

// secretsText names the secrets of a data source.
func secretsText(s source.Source) string {
	var names []string
	for _, name := range []string{s.Auth.Secret, s.TLS.CA, s.TLS.Certificate, s.TLS.Key} {
		if name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// firstDataSource is a command that registers a Prometheus on this machine.
func (d *Dashboard) firstDataSource() *push {
	return &push{
		Title: "Register the first data source",
		Text:  "Where Prometheus is, and how long after its end a slot is first read. Secrets are named here, and kept where Evenkeel runs.",
		Command: fmt.Sprintf(`curl -X POST %s/v1/data-sources \
  -H "Authorization: Bearer $EVENKEEL_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"slug":"prometheus","name":"Prometheus","kind":"prometheus",
       "address":"http://127.0.0.1:9090","delaySeconds":60}'`, strings.TrimSuffix(d.opts.PublicURL, "/")),
		Note: "POST /v1/data-sources/prometheus/check then asks it now, and says in words what is wrong.",
	}
}

// sourceCard is where an SLO's measurements come from.
type sourceCard struct {
	Text    string
	Asked   *link // the data source
	State   badge
	Failing moment
	Failure string
	Note    string
	Queries []origin.Query
}

// sourceOf tells where an SLO is read from; nil where reporters push.
func (d *Dashboard) sourceOf(v *visit, view slo.View) (*sourceCard, error) {
	o := view.Indicator.Origin
	if o.Pushed() {
		return nil, nil
	}
	card := &sourceCard{Queries: o.Queries()}
	if !o.Asked() {
		card.Text = o.Words("")
		return card, nil
	}
	found, err := d.sources.DataSources.Find(v.ctx, string(o.DataSource))
	if err != nil {
		return nil, err
	}
	s := found.Source
	card.Text, card.State = o.Words(s.Slug), sourceBadge(found)
	card.Asked = &link{URL: "/data-sources#" + s.Slug, Text: s.Name}
	if s.RetiredAt != nil {
		card.Asked.URL = "/data-sources?all#" + s.Slug
		card.Note = "It was retired, and no slot is read any more."
		return card, nil
	}
	if found.Health.FailingSince != nil {
		card.Failing, card.Failure = ago(v.now, *found.Health.FailingSince), sentence(found.Health.Failure)
	}
	if view.Status.Latest.IsZero() {
		card.Note = fmt.Sprintf("Nothing has been read yet. A slot of %s is first read %s after its end.", windowText(view.Indicator.Resolution), windowText(s.Delay))
		if s.Delay == 0 {
			card.Note = fmt.Sprintf("Nothing has been read yet. A slot of %s is first read at its end.", windowText(view.Indicator.Resolution))
		}
	}
	return card, nil
}
