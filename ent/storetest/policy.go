package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Policy writes a policy with that slug and one clause.
func Policy(t testing.TB, s *store.Store, slug string) policy.View {
	t.Helper()
	of := newID()
	v := policy.View{
		Policy: policy.Policy{ID: of, Slug: slug, Name: "Policy " + slug, Revision: 1, CreatedAt: Start, UpdatedAt: Start, Version: 1},
		Revision: policy.Revision{
			ID: newID(), Policy: of, Number: 1, RevisedBy: "Ada", CreatedAt: Start, Terms: policy.Terms{
				Approval: policy.Approval{Author: "Ada", Reviewers: []string{"Grace", "Алан"}, Approver: newID(), ApprovedOn: "2026-02-28", RevisitOn: "2026-09-01"},
				Clauses: []policy.Clause{{Name: "spent", Description: "\"всё\" & <more>", When: "consumed > 1", Issue: &policy.IssueAction{Priority: policy.PriorityP0, Labels: []string{"slo", "ü"}, CloseOnRecovery: true, Template: "<b>"},
					Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}, Postmortem: &policy.PostmortemClaim{PriorityActions: 1}}},
			},
		},
	}
	ok(t, s.Policy().CreatePolicy(t.Context(), v))
	return v
}

func aViolation(p policy.View, about slo.View, openedAt time.Time) policy.Violation {
	return policy.Violation{
		ID: newID(), Policy: p.Policy.ID, Revision: p.Revision.ID, Clause: "spent", SLO: about.SLO.ID, Service: about.SLO.Service,
		Mode: policy.Warn, OpenedAt: openedAt, Version: 1,
		Evidence: policy.Evidence{
			SLORevision: about.Revision.ID, Objective: "99.9%", WindowEnd: Start, Good: 998_000, Total: 1_000_000,
			ConsumedPercent: "200.00", When: "consumed > 1", Facts: fact.Set{"consumed": 2.0, "state": "exhausted", "burn": map[string]float64{"1h": 0.1}, "stale": false}.Known("consumed", "state", "burn", "stale"),
		},
	}
}

func testPolicy(t *testing.T, open opener) {
	each(t, open, "a policy comes back as written and is changed by revisions", func(t *testing.T, s *store.Store) {
		p, v := s.Policy(), Policy(t, s, "workbook")
		other := Policy(t, s, "another")
		same(t, must(p.Policy(t.Context(), v.Policy.ID))(t), v)
		same(t, must(p.PolicyBySlug(t.Context(), "workbook"))(t), v)
		first := must(p.Policies(t.Context(), page.Request{Limit: 1}))(t)
		second := must(p.Policies(t.Context(), page.Request{Limit: 1, After: first.Next}))(t)
		same(t, append(first.Items, second.Items...), []policy.View{other, v})
		_, err := p.PolicyBySlug(t.Context(), "none")
		refused(t, err, fault.NotFound, "policy_not_found")
		again := v
		again.Policy.ID = newID()
		refused(t, p.CreatePolicy(t.Context(), again), fault.Conflict, "slug_taken")

		next, head := v.Revision, v.Policy
		next.ID, next.Number, next.Clauses = newID(), 2, []policy.Clause{{Name: "a"}, {Name: "b", When: "consumed > 0.5"}}
		head.Revision, head.Slug = 2, "house"
		ok(t, p.AddPolicyRevision(t.Context(), next))
		ok(t, p.UpdatePolicy(t.Context(), head))
		refused(t, p.UpdatePolicy(t.Context(), head), fault.Precondition, "version_mismatch")
		head.Version = 2
		same(t, must(p.Policy(t.Context(), head.ID))(t), policy.View{Policy: head, Revision: next})
		twice := next
		twice.ID = newID()
		refused(t, p.AddPolicyRevision(t.Context(), twice), fault.Precondition, "version_mismatch")
		one := must(p.PolicyRevisions(t.Context(), head.ID, page.Request{Limit: 1}))(t)
		two := must(p.PolicyRevisions(t.Context(), head.ID, page.Request{Limit: 1, After: one.Next}))(t)
		same(t, append(one.Items, two.Items...), []policy.Revision{next, v.Revision})
		byID := must(p.RevisionsByID(t.Context(), []id.ID{next.ID, newID(), v.Revision.ID}))(t)
		slices.SortFunc(byID, func(a, b policy.Revision) int { return b.Number - a.Number })
		same(t, byID, []policy.Revision{next, v.Revision})
		head.ID = newID()
		refused(t, p.UpdatePolicy(t.Context(), head), fault.NotFound, "policy_not_found")
	})

	each(t, open, "a policy is attached to a target once", func(t *testing.T, s *store.Store) {
		p, v, other := s.Policy(), Policy(t, s, "workbook"), Policy(t, s, "another")
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		attach := func(to policy.TargetKind, of id.ID, tier int) policy.Attachment {
			return policy.Attachment{
				ID: newID(), Policy: v.Policy.ID, Target: to, Service: of, Tier: tier, Mode: policy.Observe,
				CreatedAt: Start, UpdatedAt: Start, CreatedBy: "Ada", Version: 1,
			}
		}
		all, tier, one := attach(policy.ToAll, "", 0), attach(policy.ToTier, "", 1), attach(policy.ToService, service.ID, 0)
		for _, a := range []policy.Attachment{all, tier, one, attach(policy.ToTier, "", 2)} {
			ok(t, p.CreateAttachment(t.Context(), a))
			a.ID = newID()
			refused(t, p.CreateAttachment(t.Context(), a), fault.Conflict, "already_attached")
			if a.Target == policy.ToAll {
				a.Policy = other.Policy.ID
				ok(t, p.CreateAttachment(t.Context(), a))
			}
		}
		refused(t, p.CreateAttachment(t.Context(), attach(policy.ToService, newID(), 0)), fault.Conflict, "reference_missing")
		same(t, must(p.Attachment(t.Context(), one.ID))(t), one)
		same(t, must(p.Attachments(t.Context(), policy.AttachmentFilter{Service: service.ID}, page.Request{}))(t).Items, []policy.Attachment{one})
		same(t, len(must(p.Attachments(t.Context(), policy.AttachmentFilter{Policy: v.Policy.ID}, page.Request{}))(t).Items), 4)
		attachments, views, err := p.AllAttachments(t.Context())
		ok(t, err)
		same(t, len(attachments), 5)
		same(t, views, []policy.View{v, other})
		here := must(p.AttachedTo(t.Context(), service))(t)
		expected := slices.DeleteFunc(attachments, func(a policy.Attachment) bool { return a.Target == policy.ToTier && a.Tier != service.Tier })
		slices.SortFunc(expected, func(a, b policy.Attachment) int {
			return cmp.Or(cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.ID, b.ID))
		})
		same(t, here, policy.Attached{Attachments: expected, Policies: views, Quiet: true})
		same(t, len(expected), 4)
		elsewhere := must(p.AttachedTo(t.Context(), registry.Service{ID: newID(), Profile: registry.Profile{Tier: 4}}))(t)
		same(t, len(elsewhere.Attachments), 2)

		one.Mode, one.UpdatedAt = policy.Enforce, Start.Add(time.Second)
		ok(t, p.UpdateAttachment(t.Context(), one))
		refused(t, p.UpdateAttachment(t.Context(), one), fault.Precondition, "version_mismatch")
		one.Version = 2
		same(t, must(p.Attachment(t.Context(), one.ID))(t), one)
		refused(t, p.DeleteAttachment(t.Context(), one.ID, 1), fault.Precondition, "version_mismatch")
		ok(t, p.DeleteAttachment(t.Context(), one.ID, 2))
		refused(t, p.DeleteAttachment(t.Context(), one.ID, 2), fault.NotFound, "attachment_not_found")
		_, err = p.Attachment(t.Context(), one.ID)
		refused(t, err, fault.NotFound, "attachment_not_found")
	})

	each(t, open, "one violation is open for a clause and an SLO", func(t *testing.T, s *store.Store) {
		p, v := s.Policy(), Policy(t, s, "workbook")
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		about, other := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "other")
		x := aViolation(v, about, Start)
		results := make(chan bool, 6)
		for i := range 6 {
			go func() {
				mine := x
				if i > 0 {
					mine.ID = newID()
				}
				opened, err := p.OpenViolation(t.Context(), mine)
				if err != nil {
					t.Error(err)
				}
				results <- opened
			}()
		}
		opened := 0
		for range 6 {
			if <-results {
				opened++
			}
		}
		same(t, opened, 1)
		x = must(p.OpenViolationsOf(t.Context(), []id.ID{about.SLO.ID, other.SLO.ID}))(t)[0]

		y := aViolation(v, other, Start.Add(time.Second))
		if !must(p.OpenViolation(t.Context(), y))(t) {
			t.Fatal("the other SLO's violation was not opened")
		}
		same(t, must(p.Violation(t.Context(), y.ID))(t), y)
		ended := Start.Add(time.Hour)
		x.EndedAt, x.Ending, x.Mode, x.MutedUntil = &ended, policy.Void, policy.Enforce, &ended
		x.Handling = policy.Handling{
			Acknowledgement: &policy.Acknowledgement{At: Start, By: "Ada", Person: newID(), Plan: "\"план\" & <b>", DueOn: "2026-04-01"},
			Dispute: &policy.Dispute{At: Start, By: "Grace", Reason: "no", SuspendedUntil: &ended, Ruling: &policy.Ruling{
				At: ended, By: "Kurt", Outcome: policy.RuledOut, Note: "so", Reread: &policy.Range{From: Start, To: ended},
			}},
			EarlyExit: &policy.EarlyExit{At: ended, By: "Kurt", Done: "all"}, EscalatedAt: &ended, Suspended: true, PlanToldFor: "2026-04-01",
		}
		ok(t, p.UpdateViolation(t.Context(), x))
		refused(t, p.UpdateViolation(t.Context(), x), fault.Precondition, "version_mismatch")
		x.Version = 2
		same(t, must(p.Violation(t.Context(), x.ID))(t), x)
		same(t, must(p.LiveViolationsOf(t.Context(), []id.ID{about.SLO.ID}))(t), []policy.Violation{x})
		ok(t, p.CreateAttachment(t.Context(), policy.Attachment{ID: newID(), Policy: v.Policy.ID, Target: policy.ToAll, Mode: policy.Observe, CreatedAt: Start, UpdatedAt: Start, CreatedBy: "Ada", Version: 1}))
		same(t, must(p.AttachedTo(t.Context(), service))(t).Quiet, false)
		same(t, must(p.AttachedTo(t.Context(), Service(t, s, service.Team, "quiet")))(t).Quiet, true)
		same(t, len(must(p.OpenViolationsOf(t.Context(), []id.ID{about.SLO.ID}))(t)), 0)
		x.MutedUntil = nil
		ok(t, p.UpdateViolation(t.Context(), x))
		same(t, len(must(p.LiveViolationsOf(t.Context(), []id.ID{about.SLO.ID}))(t)), 0)
		again := aViolation(v, about, Start.Add(2*time.Hour))
		if !must(p.OpenViolation(t.Context(), again))(t) {
			t.Error("after the end of one, the next was not opened")
		}
		x.EndedAt = nil
		x.ID = newID()
		refused(t, p.UpdateViolation(t.Context(), x), fault.NotFound, "violation_not_found")
		_, err := p.Violation(t.Context(), x.ID)
		refused(t, err, fault.NotFound, "violation_not_found")
		orphan := aViolation(v, AnSLO(service.ID, "none"), Start)
		_, err = p.OpenViolation(t.Context(), orphan)
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "what became of violations is told of those that were not only observed", func(t *testing.T, s *store.Store) {
		p, v, w := s.Policy(), Policy(t, s, "workbook"), Policy(t, s, "another")
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		ended := Start.Add(time.Hour)
		opened := func(of policy.View, slo string, mode policy.Mode, ending policy.Ending) policy.Violation {
			x := aViolation(of, SLO(t, s, service.ID, slo), Start)
			x.Attachment, x.Mode = newID(), mode
			same(t, must(p.OpenViolation(t.Context(), x))(t), true)
			if ending != "" {
				x.EndedAt, x.Ending = &ended, ending
				ok(t, p.UpdateViolation(t.Context(), x))
			}
			return x
		}
		void, early, late, other := opened(v, "void", policy.Warn, policy.Void), opened(v, "early", policy.Enforce, policy.Recovered), opened(v, "late", policy.Enforce, ""), opened(w, "other", policy.Warn, "")
		opened(v, "observed", policy.Observe, "")
		lift := policy.Lift{ID: newID(), Service: service.ID, At: ended, Until: ended.Add(time.Hour)}
		ok(t, s.Gate().CreateOverride(t.Context(), gate.Override{ID: lift.ID, Service: lift.Service, Reason: "x", At: lift.At, Until: lift.Until, By: "Ada", Version: 1}))
		same(t, must(p.Lifts(t.Context(), lift.Until))(t), []policy.Lift{lift})
		same(t, len(must(p.Lifts(t.Context(), lift.Until.Add(time.Microsecond)))(t)), 0)
		told := func(x policy.Violation) policy.Aftermath {
			return policy.Aftermath{Attachment: x.Attachment, Policy: x.Policy, Clause: x.Clause, Service: x.Service, Mode: x.Mode, OpenedAt: x.OpenedAt, EndedAt: x.EndedAt, Ending: x.Ending}
		}
		byAttachment := func(found []policy.Aftermath) []policy.Aftermath {
			slices.SortFunc(found, func(a, b policy.Aftermath) int { return cmp.Compare(a.Attachment, b.Attachment) })
			return found
		}
		same(t, byAttachment(must(p.Aftermaths(t.Context(), policy.AftermathFilter{Since: Start}))(t)), byAttachment([]policy.Aftermath{told(void), told(early), told(late), told(other)}))
		same(t, must(p.Aftermaths(t.Context(), policy.AftermathFilter{Policy: w.Policy.ID}))(t), []policy.Aftermath{told(other)})
		same(t, len(must(p.Aftermaths(t.Context(), policy.AftermathFilter{Since: Start.Add(time.Microsecond)}))(t)), 0)
	})

	each(t, open, "events of a violation are added once for each source, the newest first", func(t *testing.T, s *store.Store) {
		p, v := s.Policy(), Policy(t, s, "workbook")
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		x, y := aViolation(v, SLO(t, s, service.ID, "latency"), Start), aViolation(v, SLO(t, s, service.ID, "other"), Start)
		for _, v := range []policy.Violation{x, y} {
			same(t, must(p.OpenViolation(t.Context(), v))(t), true)
		}
		event := func(of policy.Violation, at time.Duration, source string) policy.Event {
			return policy.Event{
				ID: newID(), Violation: of.ID, Kind: policy.Disputed, At: Start.Add(at), By: "wanda", Via: policy.ViaComment,
				Text: "\"нет\" & <no>\n@all", Link: "https://example.org/1#2", Source: source,
			}
		}
		late, early, here, there := event(x, time.Minute, "a"), event(x, 0, "b"), event(x, 0, ""), event(x, 0, "")
		others := event(y, 0, "a")
		for _, e := range []policy.Event{late, early, here, there, others} {
			same(t, must(p.AddViolationEvent(t.Context(), e))(t), true)
		}
		same(t, must(p.AddViolationEvent(t.Context(), event(x, time.Hour, "a")))(t), false)
		same(t, must(p.ViolationEvent(t.Context(), late.ID))(t), late)
		first := must(p.ViolationEvents(t.Context(), x.ID, page.Request{Limit: 2}))(t)
		second := must(p.ViolationEvents(t.Context(), x.ID, page.Request{Limit: 2, After: first.Next}))(t)
		same(t, append(first.Items, second.Items...), []policy.Event{late, there, here, early})
		same(t, second.Next, "")
		_, err := p.ViolationEvent(t.Context(), newID())
		refused(t, err, fault.NotFound, "violation_event_not_found")
		orphan := event(x, 0, "c")
		orphan.Violation = newID()
		_, err = p.AddViolationEvent(t.Context(), orphan)
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "violations are listed newest first and filtered", func(t *testing.T, s *store.Store) {
		p, v, w := s.Policy(), Policy(t, s, "workbook"), Policy(t, s, "another")
		team := Team(t, s, "payments")
		service := Service(t, s, team.ID, "checkout")
		elsewhere := Service(t, s, Team(t, s, "other").ID, "search")
		one, two := SLO(t, s, service.ID, "latency"), SLO(t, s, elsewhere.ID, "latency")
		var made []policy.Violation
		for i, x := range []policy.Violation{aViolation(v, one, Start), aViolation(w, one, Start), aViolation(v, two, Start.Add(time.Second))} {
			if !must(p.OpenViolation(t.Context(), x))(t) {
				t.Fatal("not opened")
			}
			if i == 0 {
				x.EndedAt, x.Ending = &Start, policy.Detached
				ok(t, p.UpdateViolation(t.Context(), x))
				x.Version = 2
			}
			made = append(made, x)
		}
		yes, no := true, false
		for name, c := range map[string]struct {
			f    policy.ViolationFilter
			want []policy.Violation
		}{
			"nothing": {policy.ViolationFilter{}, []policy.Violation{made[2], made[1], made[0]}},
			"service": {policy.ViolationFilter{Service: elsewhere.ID}, []policy.Violation{made[2]}},
			"team":    {policy.ViolationFilter{Team: team.ID}, []policy.Violation{made[1], made[0]}},
			"slo":     {policy.ViolationFilter{SLO: two.SLO.ID}, []policy.Violation{made[2]}},
			"policy":  {policy.ViolationFilter{Policy: w.Policy.ID}, []policy.Violation{made[1]}},
			"open":    {policy.ViolationFilter{Open: &yes}, []policy.Violation{made[2], made[1]}},
			"ended":   {policy.ViolationFilter{Open: &no}, []policy.Violation{made[0]}},
		} {
			var got []policy.Violation
			r := page.Request{Limit: 1}
			for {
				page := must(p.Violations(t.Context(), c.f, r))(t)
				got = append(got, page.Items...)
				if r.After = page.Next; r.After == "" {
					break
				}
			}
			t.Log(name)
			same(t, got, c.want)
		}
		first := must(p.OpenViolationsAfter(t.Context(), "", 1))(t)
		second := must(p.OpenViolationsAfter(t.Context(), first[0].ID, 10))(t)
		same(t, append(first, second...), made[1:])
		same(t, must(p.LiveViolationsAfter(t.Context(), "", 10))(t), made[1:])
		muted, until := made[0], made[0].EndedAt.AddDate(0, 0, 28)
		muted.MutedUntil = &until
		ok(t, p.UpdateViolation(t.Context(), muted))
		muted.Version++
		same(t, must(p.LiveViolationsAfter(t.Context(), "", 1))(t), []policy.Violation{muted})
		same(t, must(p.LiveViolationsAfter(t.Context(), muted.ID, 10))(t), made[1:])
		same(t, must(p.OpenViolationsAfter(t.Context(), "", 10))(t), made[1:])
	})
}
