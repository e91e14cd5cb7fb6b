package dashboard

import (
	"fmt"
	"reflect"
	"time"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
)

// gateCard is whether changes of a service may go out now.
type gateCard struct {
	URL     string // of its decisions
	API     string
	Classes []gateClass
	// Override is in force; nil without one.
	Override *overrideRow
	// Owed are overrides that nobody reviewed yet.
	Owed []overrideRow
	More bool // more of them than are shown
}

// gateClass is what is answered for the classes of changes of which it is the same.
type gateClass struct {
	Names    []string
	State    badge
	Reasons  []restsOn
	Recovers moment
	WayOut   []string
}

type restsOn struct {
	Text string
	Link link // to what it is about
}

// overrideRow is an override, and whose review is owed.
type overrideRow struct {
	ID, By, Reason string
	Until, Due     moment
	State          badge
	Call           string // how it is reviewed, or ended
}

// decisionRow is what was answered about a change.
type decisionRow struct {
	State     badge
	Class, By string
	Version   string
	Link      link
	At        moment
	Reasons   []restsOn
	Recovers  moment
}

type gatePage struct {
	Crumbs  []link
	Filters []entry
	Rows    []decisionRow
	Pager   pager
	Empty   empty
}

// owedShown is how many overrides that wait for a review the page of a service shows.
const owedShown = 5

func answerBadge(a gate.Answer) badge {
	switch a {
	case gate.Deny:
		return badge{"bad", "Closed"}
	case gate.Warn:
		return badge{"risk", "Warns"}
	default:
		return badge{"ok", "Open"}
	}
}

// gate is the card of a service that is not retired.
func (d *Dashboard) gate(v *visit, of registry.Service) (*gateCard, error) {
	if of.RetiredAt != nil {
		return nil, nil
	}
	situation, verdicts, err := d.sources.Gate.Show(v.ctx, of)
	if err != nil {
		return nil, err
	}
	card := &gateCard{URL: serviceURL(of.Slug) + "/gate", API: "/v1/services/" + of.Slug + "/gate"}
	for _, class := range policy.ChangeClasses {
		row := gateClass{State: answerBadge(verdicts[class].Answer), Reasons: restsOnRows(of, verdicts[class].Reasons), WayOut: verdicts[class].WayOut}
		if !class.Waits() && verdicts[class].Answer == gate.Allow {
			row.Reasons = []restsOn{{Text: "Changes of these classes never wait."}}
		}
		if recovers := verdicts[class].RecoversAt; recovers != nil {
			row.Recovers = at(*recovers)
		}
		if last := len(card.Classes) - 1; last >= 0 && card.Classes[last].same(row) {
			card.Classes[last].Names = append(card.Classes[last].Names, string(class))
			continue
		}
		row.Names = []string{string(class)}
		card.Classes = append(card.Classes, row)
	}
	if o := situation.Override; o != nil {
		row := card.override(*o, v.now)
		row.Call = fmt.Sprintf("POST %s/overrides/%s/end", card.API, o.ID)
		card.Override = &row
	}
	owed, err := d.sources.Gate.Overrides(v.ctx, gate.OverrideFilter{Service: of.ID, Unreviewed: true}, page.Request{Limit: owedShown})
	if err != nil {
		return nil, err
	}
	for _, o := range owed.Items {
		card.Owed = append(card.Owed, card.override(o, v.now))
	}
	card.More = owed.Next != ""
	return card, nil
}

func (c gateClass) same(other gateClass) bool {
	c.Names, other.Names = nil, nil
	return reflect.DeepEqual(c, other)
}

func (c *gateCard) override(o gate.Override, now time.Time) overrideRow {
	row := overrideRow{
		ID: string(o.ID), By: o.By, Reason: o.Reason, Until: at(o.Until), Due: at(o.ReviewDue()), State: badge{"risk", "Review owed"},
		Call: fmt.Sprintf("POST %s/overrides/%s/review", c.API, o.ID),
	}
	if o.Overdue(now) {
		row.State = badge{"bad", "Review overdue"}
	}
	return row
}

func restsOnRows(of registry.Service, reasons []gate.Reason) []restsOn {
	out := make([]restsOn, len(reasons))
	for i, r := range reasons {
		out[i] = restsOn{Text: sentence(r.Text)}
		switch {
		case r.Violation != "":
			out[i].Link = link{URL: violationURL(r.Violation), Text: "The violation"}
		case r.Service != "" && r.SLO != "":
			out[i].Link = link{URL: sloURL(r.Service, r.SLO), Text: "The objective"}
		case r.SLO != "":
			out[i].Link = link{URL: sloURL(of.Slug, r.SLO), Text: "The objective"}
		}
	}
	return out
}

// decisions lists what was answered about changes of a service, the newest first.
func (d *Dashboard) decisions(v *visit) (screen, error) {
	of, err := d.sources.Registry.ServiceFor(v.ctx, v.PathValue("service"))
	if err != nil {
		return screen{}, err
	}
	owner, err := d.owner(v, of)
	if err != nil {
		return screen{}, err
	}
	p := gatePage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, owner, {URL: serviceURL(of.Slug), Text: of.Name}, {Text: "Gate"}},
		Empty: empty{Title: "None", Text: "No pipeline asked yet whether a change of this service may go out.",
			Call: "POST /v1/services/" + of.Slug + "/gate/decisions"},
	}
	f := gate.DecisionFilter{Service: of.ID}
	chosen := v.URL.Query().Get("answer")
	for _, one := range []struct {
		answer gate.Answer
		text   string
	}{{"", "All"}, {gate.Deny, "Denied"}, {gate.Warn, "Warned"}, {gate.Allow, "Allowed"}} {
		current := chosen == string(one.answer)
		if current {
			f.Answer = one.answer
		}
		url := v.URL.Path
		if one.answer != "" {
			url += "?answer=" + string(one.answer)
		}
		p.Filters = append(p.Filters, entry{URL: url, Text: one.text, Current: current})
	}
	if f.Answer != "" {
		p.Empty = empty{Title: "None", Text: "No change of this service was answered so."}
	}
	found, err := d.sources.Gate.Decisions(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	for _, one := range found.Items {
		row := decisionRow{
			State: decidedBadge(one.Answer), Class: string(one.Class), By: one.By, Version: one.Version, At: ago(v.now, one.At), Reasons: restsOnRows(of, one.Reasons),
		}
		if one.Link != "" {
			row.Link = outside(one.Link)
		}
		if one.RecoversAt != nil {
			row.Recovers = at(*one.RecoversAt)
		}
		p.Rows = append(p.Rows, row)
	}
	return screen{template: "gate", title: "Gate of " + of.Name, section: "/", page: p}, nil
}

// decidedBadge is answerBadge of what was answered.
func decidedBadge(a gate.Answer) badge {
	b := answerBadge(a)
	b.Word = map[gate.Answer]string{gate.Deny: "Denied", gate.Warn: "Warned", gate.Allow: "Allowed"}[a]
	return b
}
