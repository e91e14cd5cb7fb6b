package dashboard

import (
	"context"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
)

type exemptionPage struct {
	Crumbs []link
	Title  string
	State  badge
	Meta   []link
	Wrong  []string
	Reason string
	By     string
	Asked  moment
	Said   []saidRow
	Facts  []fact
	Link   link
	Do     exemptionDo
}

// exemptionDo is what the visitor can do with an exemption.
type exemptionDo struct {
	At          string
	Version     int64
	Decide, End bool
	Taken       string // how the early end is called
}

// exemptionOf is the exemption that the address names.
func (d *Dashboard) exemptionOf(v *visit) (exemption.Exemption, error) {
	name := v.PathValue("exemption")
	known, spelled := id.Parse(name)
	if !spelled {
		return exemption.Exemption{}, fault.Missing("exemption", name)
	}
	return d.sources.Exemptions.Get(v.ctx, known)
}

func (d *Dashboard) exemption(v *visit) (screen, error) {
	e, err := d.exemptionOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.exemptionScreen(v, e, nil)
}

// exemptionScreen is the page of an exemption, with what is wrong with what was sent.
func (d *Dashboard) exemptionScreen(v *visit, e exemption.Exemption, wrong []string) (screen, error) {
	services, err := d.sources.Registry.ServicesByID(v.ctx, []id.ID{e.Service})
	if err != nil {
		return screen{}, err
	}
	card, err := d.sources.Scorecards.Get(v.ctx, string(e.Scorecard))
	if err != nil {
		return screen{}, err
	}
	acts, err := d.sources.Exemptions.Acts(v.ctx, []exemption.Exemption{e}, services, map[id.ID]scorecards.View{e.Scorecard: card})
	if err != nil {
		return screen{}, err
	}
	of, state := services[e.Service], e.State(v.now)
	p := exemptionPage{
		Crumbs: []link{{URL: exemptionsPath, Text: "Exemptions"}, {Text: of.Name + ", " + checkTitle(card, e.Check)}}, Title: checkTitle(card, e.Check), State: exemptionBadges[state],
		Meta: []link{{URL: serviceURL(of.Slug), Text: of.Name}, {Text: card.Scorecard.Name}}, Wrong: wrong, Reason: e.Reason, By: e.AskedBy, Asked: ago(v.now, e.AskedAt), Link: outside(e.Link),
		Facts: []fact{
			{"Service", link{URL: serviceURL(of.Slug), Text: of.Name}}, {"Scorecard", link{URL: ladderURL(of.Slug, card.Scorecard.Slug), Text: card.Scorecard.Name}}, {"Check", checkLink(card, e.Check)}, {"Excused until", link{Text: at(e.Until).Text}},
		},
		Do: exemptionDo{At: exemptionURL(e.ID), Version: e.Version, Decide: acts[0].Allow(exemption.ActReject), End: acts[0].Allow(exemption.ActEnd), Taken: "End it early"},
	}
	if state == exemption.Waiting {
		p.Do.Taken = "Take it back"
	}
	keeper := link{Text: "administrators"}
	if card.Scorecard.Owner != "" {
		keeper = link{URL: teamURL(card.Scorecard.OwnerSlug), Text: card.Scorecard.OwnerSlug}
	}
	p.Facts = append(p.Facts, fact{"Decided on by", keeper})
	if a := e.Approval; a != nil {
		p.Said = append(p.Said, saidRow{By: a.By, Did: "approved it", Text: a.Reason, At: ago(v.now, a.At)})
	}
	if end := e.Ended; end != nil && end.By != "" {
		did := map[exemption.State]string{exemption.Rejected: "rejected it", exemption.Withdrawn: "took it back", exemption.Ended: "ended it early"}[end.How]
		p.Said = append(p.Said, saidRow{By: end.By, Did: did, Text: end.Reason, At: ago(v.now, end.At)})
	}
	return screen{template: "exemption", title: "Exemption: " + p.Title, section: exemptionsPath, page: p}, nil
}

// checkLink leads to a check, if the scorecard has it still.
func checkLink(card scorecards.View, check string) link {
	to := link{Text: check}
	if slices.ContainsFunc(card.Revision.Checks, func(c scorecards.Check) bool { return c.ID == check }) {
		to.URL = checkURL(card.Scorecard.Slug, check)
	}
	return to
}

// doExemption takes the forms of an exemption.
func (d *Dashboard) doExemption(v *visit) (outcome, error) {
	e, err := d.exemptionOf(v)
	if err != nil {
		return outcome{}, err
	}
	do := map[string]func(ctx context.Context, of id.ID, version int64, reason string) (exemption.Exemption, error){
		"approve": d.sources.Exemptions.Approve, "reject": d.sources.Exemptions.Reject, "end": d.sources.Exemptions.End,
	}[v.PathValue("act")]
	if do == nil {
		return outcome{}, fault.New(fault.NotFound, "page_not_found", "an exemption has no form of that name")
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no exemption has
	}
	_, err = do(v.ctx, e.ID, version, v.typed("reason"))
	if err == nil {
		return outcome{to: exemptionURL(e.ID)}, nil
	}
	said, status, refused := wrong(err)
	if !refused {
		return outcome{}, err
	}
	shown, err := d.exemptionScreen(v, e, said)
	return outcome{screen: shown, status: status}, err
}
