package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

type CompositePath struct {
	Composite string `path:"composite" maxLength:"63" doc:"Slug or identifier of the composite SLO." example:"buying"`
}

func (a *API) addComposites(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindComposite}
	type all struct {
		Paging
		Team           string `query:"team" maxLength:"63" doc:"Only those of this team, by slug or identifier."`
		System         string `query:"system" maxLength:"63" doc:"Only those of this system, by slug or identifier."`
		Service        string `query:"service" maxLength:"63" doc:"Only those with an SLO of this service as a member, by slug or identifier."`
		SLO            string `query:"slo" maxLength:"63" doc:"Only those with this SLO of that service as a member, by slug or identifier: those that lose a member if it is retired."`
		State          string `query:"state" enum:"no_data,ok,at_risk,exhausted" doc:"Only those in this state."`
		IncludeRetired bool   `query:"includeRetired" doc:"Retired ones, too."`
	}
	register(a, operation{
		id: "listComposites", method: http.MethodGet, path: "/v1/composites", tag: "Composites", summary: "List composite SLOs",
		description: "By slug, with the state of each.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *all) (*list[Composite], error) {
		f := composite.Filter{State: budget.State(in.State), IncludeRetired: in.IncludeRetired}
		var err error
		if f.Team, f.System, err = r.owners(ctx, in.Team, in.System); err != nil {
			return nil, err
		}
		if in.Service != "" {
			s, err := r.Registry.ServiceFor(ctx, in.Service)
			if err != nil {
				return nil, atQuery("service", in.Service, err)
			}
			f.Service = s.ID
		}
		if in.SLO != "" {
			var check fault.Check
			check.Require(in.Service != "", "query.service", nil, "is required where there is an slo: the service of %q", in.SLO)
			if err := check.Err(); err != nil {
				return nil, err
			}
			v, _, err := r.SLOs.Find(ctx, slo.Name{Service: in.Service, SLO: in.SLO})
			if err != nil {
				return nil, atQuery("slo", in.SLO, err)
			}
			f.SLO = v.SLO.ID
		}
		found, err := r.Composites.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.showComposites(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Composite]{Items: shown, Next: found.Next}, itself[Composite]), nil
	})

	type post struct {
		Once
		Body CompositeInput
	}
	register(a, operation{
		id: "declareComposite", method: http.MethodPost, path: "/v1/composites", tag: "Composites", summary: "Declare a composite SLO",
		description: "Of a system or of a user's journey, made of SLOs of any services. It is evaluated from now on, over what its members measured already. The team that owns it, or an administrator, does it.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindComposite},
	}, func(ctx context.Context, in *post) (*created[CompositeDeclared], error) {
		return create(ctx, a, in.Once, creation[CompositeDeclared, CompositeDeclared]{
			make: func(ctx context.Context) (CompositeDeclared, error) {
				v, warnings, err := r.Composites.Declare(ctx, fromCompositeInput(in.Body))
				return r.declaredComposite(ctx, v, warnings, err)
			},
			load: func(ctx context.Context, made id.ID) (CompositeDeclared, error) {
				v, err := r.Composites.View(ctx, made)
				return r.warnedComposite(ctx, v, err)
			},
			name: func(c CompositeDeclared) (id.ID, int64, string) {
				return id.ID(c.ID), c.Version, "/v1/composites/" + c.Slug
			},
			show: itself[CompositeDeclared],
		})
	})

	type get struct {
		CompositePath
		IfNoneMatch
	}
	register(a, operation{
		id: "getComposite", method: http.MethodGet, path: "/v1/composites/{composite}", tag: "Composites", summary: "Get a composite SLO",
		description: "Its ETag is of what was declared: state and stale change without it; /status has no ETag.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Composite], error) {
		v, err := r.Composites.Find(ctx, in.Composite)
		shown, err := single(ctx, v, err, r.showComposites)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, v.Composite.Version, shown), nil
	})

	type put struct {
		CompositePath
		IfMatch
		Body CompositeInput
	}
	register(a, operation{
		id: "reviseComposite", method: http.MethodPut, path: "/v1/composites/{composite}", tag: "Composites", summary: "Revise a composite SLO",
		description: "The body replaces what was declared. Changed terms or members are a new revision. Another slug renames it. Giving it to another team takes a person of the team that has it.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindComposite},
	}, func(ctx context.Context, in *put) (*reply[CompositeDeclared], error) {
		v, err := r.Composites.Find(ctx, in.Composite)
		if err != nil {
			return nil, err
		}
		v, warnings, err := r.Composites.Revise(ctx, v.Composite.ID, in.Version(), fromCompositeInput(in.Body))
		shown, err := r.declaredComposite(ctx, v, warnings, err)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	a.turnComposites(r)
	a.readComposites(r)
}

// turnComposites adds what retires and restores.
func (a *API) turnComposites(r Rooms) {
	type turn struct {
		CompositePath
		IfMatch
		Body Reason
	}
	turning := func(do func(ctx context.Context, of id.ID, version int64, reason string) (composite.View, error)) func(context.Context, *turn) (*reply[CompositeDeclared], error) {
		return func(ctx context.Context, in *turn) (*reply[CompositeDeclared], error) {
			v, err := r.Composites.Find(ctx, in.Composite)
			if err != nil {
				return nil, err
			}
			v, err = do(ctx, v.Composite.ID, in.Version(), in.Body.Reason)
			shown, err := r.warnedComposite(ctx, v, err)
			if err != nil {
				return nil, err
			}
			return current(shown.Version, shown), nil
		}
	}
	register(a, operation{
		id: "retireComposite", method: http.MethodPost, path: "/v1/composites/{composite}/retire", tag: "Composites", summary: "Retire a composite SLO",
		description: "It is no longer evaluated; its members are. It can be restored.", rule: access.Rule{Verb: access.Retire, Kind: access.KindComposite},
	}, turning(func(ctx context.Context, of id.ID, version int64, reason string) (composite.View, error) {
		return r.Composites.Retire(ctx, of, version, reason)
	}))
	register(a, operation{
		id: "restoreComposite", method: http.MethodPost, path: "/v1/composites/{composite}/restore", tag: "Composites", summary: "Restore a retired composite SLO",
		description: "It is evaluated again.", rule: access.Rule{Verb: access.Restore, Kind: access.KindComposite},
	}, turning(func(ctx context.Context, of id.ID, version int64, reason string) (composite.View, error) {
		return r.Composites.Restore(ctx, of, version, reason)
	}))
}

// readComposites adds what tells how one stands.
func (a *API) readComposites(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindComposite}
	type revisions struct {
		CompositePath
		Paging
	}
	register(a, operation{
		id: "listCompositeRevisions", method: http.MethodGet, path: "/v1/composites/{composite}/revisions", tag: "Composites",
		summary: "List the revisions of a composite SLO", description: "The newest first.", rule: read,
	}, func(ctx context.Context, in *revisions) (*list[CompositeRevision], error) {
		v, err := r.Composites.Find(ctx, in.Composite)
		if err != nil {
			return nil, err
		}
		found, err := r.Composites.Revisions(ctx, v.Composite.ID, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toCompositeRevision), nil
	})

	type statusReply struct{ Body CompositeStatus }
	register(a, operation{
		id: "getCompositeStatus", method: http.MethodGet, path: "/v1/composites/{composite}/status", tag: "Composites", summary: "Get the status of a composite SLO",
		description: "What was last concluded: the SLI, the budget, burn rates, the state, and what each member has of it. What is not known is null, never 0 or 1.", rule: read,
		class: admission.Critical,
	}, func(ctx context.Context, in *CompositePath) (*statusReply, error) {
		v, err := r.Composites.Find(ctx, in.Composite)
		if err != nil {
			return nil, err
		}
		return &statusReply{Body: toCompositeStatus(v)}, nil
	})

	type explainReply struct{ Body CompositeExplanation }
	register(a, operation{
		id: "explainComposite", method: http.MethodGet, path: "/v1/composites/{composite}/explain", tag: "Composites", summary: "Explain the status of a composite SLO",
		description: "Each figure with its formula, its numbers and its source.", rule: read, class: admission.Reports,
	}, func(ctx context.Context, in *CompositePath) (*explainReply, error) {
		v, err := r.Composites.Find(ctx, in.Composite)
		if err != nil {
			return nil, err
		}
		warnings, err := r.Composites.Warnings(ctx, v)
		if err != nil {
			return nil, err
		}
		e := v.Explain()
		return &explainReply{Body: CompositeExplanation{
			State: string(e.State), Because: e.Because, Formulas: e.Formulas, Warnings: toWarnings(warnings),
			Figures: each(e.Lines, func(l budget.Line) Figure { return Figure(l) }),
		}}, nil
	})

	type history struct {
		CompositePath
		From time.Time `query:"from" doc:"Start, at most 92 days before to. When left out it is one window before it, or when the window of the calendar began. The first window begins at most 400 days ago." example:"2026-11-01T00:00:00Z"`
		To   time.Time `query:"to" doc:"End, rounded down to an hour; now when left out." example:"2026-11-23T00:00:00Z"`
		Step int       `query:"stepSeconds" minimum:"3600" maximum:"7776000" doc:"Seconds from point to point: whole hours that divide a day, or whole days; chosen when left out."`
	}
	type historyReply struct{ Body CompositeHistory }
	register(a, operation{
		id: "getCompositeHistory", method: http.MethodGet, path: "/v1/composites/{composite}/history", tag: "Composites", summary: "Get the history of a composite SLO",
		description: "The SLI and the budget as they stood at each point, computed from what the members measured, under the current terms of all.", rule: read, class: admission.Reports,
	}, func(ctx context.Context, in *history) (*historyReply, error) {
		v, err := r.Composites.Find(ctx, in.Composite)
		if err != nil {
			return nil, err
		}
		h, err := r.Composites.History(ctx, v.Composite.ID, in.From, in.To, time.Duration(in.Step)*time.Second)
		if err != nil {
			return nil, err
		}
		return &historyReply{Body: CompositeHistory{
			From: h.From, To: h.To, StepSeconds: int(h.Step / time.Second), WindowDays: h.Window.Days, Calendar: toCalendar(h.Window), Revision: h.Revision,
			Points: each(h.Points, func(p composite.Point) CompositePoint {
				return CompositePoint{At: p.End, SLI: double(p.SLI), Remaining: double(p.Remaining)}
			}),
		}}, nil
	})
}

// showComposites names what composites refer to: all teams at once, systems one by one.
func (r Rooms) showComposites(ctx context.Context, views []composite.View) ([]Composite, error) {
	teams, err := r.teamNames(ctx, each(views, func(v composite.View) id.ID { return v.Composite.Team }))
	if err != nil {
		return nil, err
	}
	systems := map[id.ID]registry.System{}
	for _, of := range distinct(each(views, func(v composite.View) id.ID { return v.Composite.System })) {
		if systems[of], err = r.Registry.SystemFor(ctx, string(of)); err != nil {
			return nil, err
		}
	}
	return each(views, func(v composite.View) Composite {
		c, revision := v.Composite, toCompositeRevision(v.Revision)
		out := Composite{
			ID: string(c.ID), Slug: c.Slug, Name: c.Name, Description: c.Description, Team: teams.ref(c.Team), Revision: c.Revision,
			Method: revision.Method, Objective: revision.Objective, WindowDays: revision.WindowDays, Calendar: revision.Calendar,
			SliceSeconds: revision.SliceSeconds, SliceTarget: revision.SliceTarget, Members: revision.Members, Rationale: revision.Rationale,
			State: string(v.Status.State), Stale: v.Status.Stale, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, RetiredAt: c.RetiredAt, Version: c.Version,
		}
		if c.System != "" {
			system := ref(c.System, systems[c.System].Slug)
			out.System = &system
		} else {
			out.Journey = &Journey{Name: c.Journey.Name, Description: c.Journey.Description}
		}
		return out
	}), nil
}

func (r Rooms) declaredComposite(ctx context.Context, v composite.View, warnings []slo.Warning, err error) (CompositeDeclared, error) {
	shown, err := single(ctx, v, err, r.showComposites)
	if err != nil {
		return CompositeDeclared{}, err
	}
	return CompositeDeclared{Composite: shown, Warnings: toWarnings(warnings)}, nil
}

func (r Rooms) warnedComposite(ctx context.Context, v composite.View, err error) (CompositeDeclared, error) {
	if err != nil {
		return CompositeDeclared{}, err
	}
	warnings, err := r.Composites.Warnings(ctx, v)
	return r.declaredComposite(ctx, v, warnings, err)
}

func fromCompositeInput(in CompositeInput) composite.Declaration {
	d := composite.Declaration{
		Slug: in.Slug, Name: in.Name, Description: in.Description, Team: in.Team, System: in.System,
		Method: formula.Method(in.Method), Objective: in.Objective, WindowDays: in.WindowDays, Calendar: fromCalendarInput(in.Calendar),
		SliceLength: time.Duration(in.SliceSeconds) * time.Second, SliceTarget: in.SliceTarget, Rationale: in.Rationale,
		Members: each(in.Members, func(m CompositeMemberInput) composite.MemberInput {
			return composite.MemberInput{Service: m.Service, SLO: m.SLO, Weight: m.Weight, Missing: formula.Missing(m.Missing)}
		}),
	}
	if in.Journey != nil {
		d.Journey = composite.Journey{Name: in.Journey.Name, Description: in.Journey.Description}
	}
	return d
}

func toCompositeMember(m composite.Member) CompositeMember {
	return CompositeMember{
		Service: ref(m.SLO.Service, m.SLO.ServiceSlug), SLO: ref(m.SLO.ID, m.SLO.Slug), Weight: m.Weight.String(), Missing: string(m.Missing), Retired: m.SLO.Retired,
	}
}

func toCompositeRevision(r composite.Revision) CompositeRevision {
	return CompositeRevision{
		ID: string(r.ID), Number: r.Number, Method: string(r.Method), Objective: r.Objective.String(), WindowDays: r.Over.Days, Calendar: toCalendar(r.Over),
		SliceSeconds: int(r.SliceLength / time.Second), SliceTarget: r.SliceTarget.String(), Members: each(r.Members, toCompositeMember),
		Rationale: r.Rationale, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
	}
}

// double is the number nearest to a fraction, nil where it is unknown.
func double(f *formula.Fraction) *float64 {
	if f == nil {
		return nil
	}
	v := f.Float64()
	return &v
}

func toCompositeStatus(v composite.View) CompositeStatus {
	f, st := v.Figures(), v.Status
	out := CompositeStatus{
		Composite: ref(v.Composite.ID, v.Composite.Slug), Revision: v.Composite.Revision, Judged: v.Evaluated(),
		State: string(f.State), Since: st.Since, Stale: st.Stale, Latest: optionalTime(st.Latest), WindowEnd: optionalTime(st.End), EvaluatedAt: optionalTime(st.EvaluatedAt),
		Basis: "whole", SLI: double(f.SLI), Burned: double(f.Burned), BurnedSoFar: double(f.SoFar), Remaining: double(f.Remaining),
		Burn: []CompositeBurn{}, Pairs: []CompositePair{}, Outlook: string(f.Outlook), ProjectedExhaustionAt: v.ExhaustedAt(f), Members: []CompositePart{},
	}
	if v.Pace().Projected() {
		out.Basis = "projected"
	}
	for i, l := range budget.Lookbacks {
		out.Burn = append(out.Burn, CompositeBurn{Lookback: budget.Short(l), Rate: double(f.Burns[i])})
	}
	for _, p := range f.Alerts {
		out.Pairs = append(out.Pairs, CompositePair{
			Long: budget.Short(p.Long), Short: budget.Short(p.Short), Factor: p.Factor.Float64(), Severity: string(p.Severity),
			LongRate: double(p.LongRate), ShortRate: double(p.ShortRate), Exceeded: p.Firing, Reachable: p.Reachable,
		})
	}
	for i, m := range v.Revision.Members {
		p := f.Parts[i]
		part := CompositePart{
			CompositeMember: toCompositeMember(m), Counts: string(p.Fate), SLI: double(p.SLI), Burn: double(p.Burn), Burned: double(p.Burned), Share: double(p.Share), Stale: true,
		}
		if held, known := v.Known(m); known {
			part.Stale, part.Filling, part.Latest = held.Stale, held.Filling, optionalTime(held.Latest)
		}
		out.Members = append(out.Members, part)
	}
	return out
}
