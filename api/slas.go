package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

type SLAPath struct {
	ServicePath
	SLA string `path:"sla" maxLength:"63" doc:"Slug of the SLA within its service, or its identifier." example:"acme"`
}

func (a *API) addSLAs(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindSLA}
	type all struct {
		Paging
		IncludeEnded bool   `query:"includeEnded" doc:"Those that somebody ended, too."`
		Customer     string `query:"customer" maxLength:"100" doc:"Only those of this customer, by the whole name."`
	}
	register(a, operation{
		id: "listSLAs", method: http.MethodGet, path: "/v1/slas", tag: "SLAs", summary: "List SLAs of all services", description: "By the slugs of service and SLA.", rule: read,
	}, func(ctx context.Context, in *all) (*list[SLA], error) {
		return r.listSLAs(ctx, sla.Filter{Customer: in.Customer, IncludeEnded: in.IncludeEnded}, in.Request())
	})
	type ofService struct {
		ServicePath
		Paging
		IncludeEnded bool `query:"includeEnded" doc:"Those that somebody ended, too."`
	}
	register(a, operation{
		id: "listServiceSLAs", method: http.MethodGet, path: "/v1/services/{service}/slas", tag: "SLAs", summary: "List the SLAs of a service", description: "By slug.", rule: read,
	}, func(ctx context.Context, in *ofService) (*list[SLA], error) {
		s, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return r.listSLAs(ctx, sla.Filter{Service: s.ID, IncludeEnded: in.IncludeEnded}, in.Request())
	})

	type post struct {
		ServicePath
		Once
		Body SLAInput
	}
	register(a, operation{
		id: "declareSLA", method: http.MethodPost, path: "/v1/services/{service}/slas", tag: "SLAs",
		summary: "Declare an SLA", description: "Each of its periods is closed a day after its end, with what was measured by then, and restated when more comes.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindSLA},
	}, func(ctx context.Context, in *post) (*created[SLADeclared], error) {
		return create(ctx, a, in.Once, creation[SLADeclared, SLADeclared]{
			make: func(ctx context.Context) (SLADeclared, error) {
				s, err := r.Registry.ServiceFor(ctx, in.Service)
				if err != nil {
					return SLADeclared{}, err
				}
				v, warnings, err := r.SLAs.Declare(ctx, s.ID, fromSLAInput(in.Body))
				return r.declaredSLA(ctx, v, warnings, err)
			},
			load: func(ctx context.Context, made id.ID) (SLADeclared, error) {
				v, err := r.SLAs.View(ctx, made)
				return r.warnedSLA(ctx, v, err)
			},
			name: func(s SLADeclared) (id.ID, int64, string) {
				return id.ID(s.ID), s.Version, "/v1/services/" + s.Service.Slug + "/slas/" + s.Slug
			},
			show: itself[SLADeclared],
		})
	})

	type get struct {
		SLAPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getSLA", method: http.MethodGet, path: "/v1/services/{service}/slas/{sla}", tag: "SLAs", summary: "Get an SLA",
		description: "What was declared; how it stands is in /status.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[SLA], error) {
		v, _, err := r.SLAs.Find(ctx, in.Service, in.SLA)
		shown, err := single(ctx, v, err, r.showSLAs)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, v.SLA.Version, shown), nil
	})

	type put struct {
		SLAPath
		IfMatch
		Body SLAInput
	}
	register(a, operation{
		id: "changeSLA", method: http.MethodPut, path: "/v1/services/{service}/slas/{sla}", tag: "SLAs", summary: "Change an SLA",
		description: "The body replaces what was declared. Another SLO, target or credits are a new revision, by which periods are judged that end from now on. The calendar and the first day stay: declare another SLA for that.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindSLA},
	}, func(ctx context.Context, in *put) (*reply[SLADeclared], error) {
		v, _, err := r.SLAs.Find(ctx, in.Service, in.SLA)
		if err != nil {
			return nil, err
		}
		v, warnings, err := r.SLAs.Change(ctx, v.SLA.ID, in.Version(), fromSLAInput(in.Body))
		shown, err := r.declaredSLA(ctx, v, warnings, err)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type end struct {
		SLAPath
		IfMatch
		Body SLAEnding
	}
	register(a, operation{
		id: "endSLA", method: http.MethodPost, path: "/v1/services/{service}/slas/{sla}/end", tag: "SLAs", summary: "End an SLA",
		description: "It is not changed any more. The period in which it ends is closed as the others are.",
		rule:        access.Rule{Verb: access.Retire, Kind: access.KindSLA},
	}, func(ctx context.Context, in *end) (*reply[SLADeclared], error) {
		v, _, err := r.SLAs.Find(ctx, in.Service, in.SLA)
		if err != nil {
			return nil, err
		}
		v, err = r.SLAs.End(ctx, v.SLA.ID, in.Version(), in.Body.ValidUntil, in.Body.Reason)
		shown, err := r.warnedSLA(ctx, v, err)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type statusReply struct{ Body SLAStatus }
	register(a, operation{
		id: "getSLAStatus", method: http.MethodGet, path: "/v1/services/{service}/slas/{sla}/status", tag: "SLAs", summary: "Get how an SLA stands",
		description: "The period that runs now, summed up anew from what was measured, and the last one that was closed.", rule: read,
	}, func(ctx context.Context, in *SLAPath) (*statusReply, error) {
		_, now, last, err := r.slaStands(ctx, in)
		if err != nil {
			return nil, err
		}
		return &statusReply{Body: toSLAStatus(now, last)}, nil
	})

	type explainReply struct{ Body SLAExplanation }
	register(a, operation{
		id: "explainSLA", method: http.MethodGet, path: "/v1/services/{service}/slas/{sla}/explain", tag: "SLAs", summary: "Explain how an SLA stands",
		description: "Each figure of the status with its formula, its numbers and its source, and where the measurements come from.", rule: read,
		class: admission.Reports,
	}, func(ctx context.Context, in *SLAPath) (*explainReply, error) {
		v, now, last, err := r.slaStands(ctx, in)
		if err != nil {
			return nil, err
		}
		by, err := r.SLOs.View(ctx, v.Revision.SLO)
		if err != nil {
			return nil, err
		}
		words, err := r.SLOs.Measured(ctx, by)
		if err != nil {
			return nil, err
		}
		sources, err := r.sourceNames(ctx, []id.ID{by.Indicator.Origin.DataSource})
		if err != nil {
			return nil, err
		}
		return &explainReply{Body: SLAExplanation{
			Formulas: budget.FormulaVersion, SLO: ref(by.SLO.ID, by.SLO.Slug), Measured: toProvenance(words, by.Indicator.Origin, sources),
			Figures: each(sla.Lines(v, now, last), func(l budget.Line) Figure { return Figure(l) }),
		}}, nil
	})

	type periods struct {
		SLAPath
		Paging
		Verdict string `query:"verdict" enum:"met,breached,unknown" doc:"Only periods that came to this."`
	}
	register(a, operation{
		id: "listSLAPeriods", method: http.MethodGet, path: "/v1/services/{service}/slas/{sla}/periods", tag: "SLAs", summary: "List closed periods of an SLA",
		description: "The newest first. What comes after a period was closed restates it, and what it was closed with is kept beside it.", rule: read,
	}, func(ctx context.Context, in *periods) (*list[SLAClosedPeriod], error) {
		v, _, err := r.SLAs.Find(ctx, in.Service, in.SLA)
		if err != nil {
			return nil, err
		}
		found, err := r.SLAs.Periods(ctx, sla.PeriodFilter{SLA: v.SLA.ID, Verdict: sla.Verdict(in.Verdict)}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toSLAPeriod), nil
	})

	type report struct {
		Customer string `query:"customer" required:"true" maxLength:"100" doc:"By the whole name." example:"Acme"`
		From     string `query:"from" required:"true" maxLength:"10" doc:"A date, of which the midnight in UTC is meant." example:"2026-01-01"`
		To       string `query:"to" required:"true" maxLength:"10" doc:"The date after the last one, at most 400 days after from." example:"2026-04-01"`
	}
	type reportReply struct{ Body SLAReport }
	register(a, operation{
		id: "getSLAReport", method: http.MethodGet, path: "/v1/slas/report", tag: "SLAs", summary: "Report to a customer",
		description: "All SLAs of the customer, with the closed periods that have a part in the time: what was measured, the verdict and the credit. A customer without any SLA is not found.",
		rule:        read, errors: []int{http.StatusNotFound},
	}, func(ctx context.Context, in *report) (*reportReply, error) {
		found, err := r.SLAs.ReportFor(ctx, in.Customer, in.From, in.To)
		if err != nil {
			return nil, err
		}
		shown, err := r.showSLAs(ctx, each(found.SLAs, func(s sla.Reported) sla.View { return s.View }))
		if err != nil {
			return nil, err
		}
		out := SLAReport{Customer: found.Customer, From: found.From, To: found.To, SLAs: make([]SLAOfAReport, len(shown))}
		for i := range shown {
			out.SLAs[i] = SLAOfAReport{SLA: shown[i], Periods: each(found.SLAs[i].Periods, toSLAPeriod)}
		}
		return &reportReply{Body: out}, nil
	})
}

// slaStands reads an SLA with its current period, and the last one that was closed, if any.
func (r Rooms) slaStands(ctx context.Context, in *SLAPath) (v sla.View, now *sla.Current, last []sla.Period, err error) {
	if v, _, err = r.SLAs.Find(ctx, in.Service, in.SLA); err != nil {
		return v, nil, nil, err
	}
	if now, err = r.SLAs.Current(ctx, v); err != nil {
		return v, nil, nil, err
	}
	found, err := r.SLAs.Periods(ctx, sla.PeriodFilter{SLA: v.SLA.ID}, page.Request{Limit: 1})
	return v, now, found.Items, err
}

func (r Rooms) listSLAs(ctx context.Context, f sla.Filter, p page.Request) (*list[SLA], error) {
	found, err := r.SLAs.List(ctx, f, p)
	if err != nil {
		return nil, err
	}
	shown, err := r.showSLAs(ctx, found.Items)
	if err != nil {
		return nil, err
	}
	return listed(ctx, page.Page[SLA]{Items: shown, Next: found.Next}, itself[SLA]), nil
}

// showSLAs names what SLAs refer to, with one query for each kind.
func (r Rooms) showSLAs(ctx context.Context, views []sla.View) ([]SLA, error) {
	names, err := r.serviceNames(ctx, each(views, func(v sla.View) id.ID { return v.SLA.Service }))
	if err != nil {
		return nil, err
	}
	slos, err := r.SLOs.ViewsByID(ctx, distinct(each(views, func(v sla.View) id.ID { return v.Revision.SLO })))
	if err != nil {
		return nil, err
	}
	return each(views, func(v sla.View) SLA {
		return toSLA(v, names.ref(v.SLA.Service), ref(v.Revision.SLO, slos[v.Revision.SLO].SLO.Slug))
	}), nil
}

func (r Rooms) declaredSLA(ctx context.Context, v sla.View, warnings []slo.Warning, err error) (SLADeclared, error) {
	shown, err := single(ctx, v, err, r.showSLAs)
	if err != nil {
		return SLADeclared{}, err
	}
	return SLADeclared{SLA: shown, Warnings: toWarnings(warnings)}, nil
}

func (r Rooms) warnedSLA(ctx context.Context, v sla.View, err error) (SLADeclared, error) {
	if err != nil {
		return SLADeclared{}, err
	}
	warnings, err := r.SLAs.Warnings(ctx, v)
	return r.declaredSLA(ctx, v, warnings, err)
}

func fromSLAInput(in SLAInput) sla.Declaration {
	return sla.Declaration{
		Slug: in.Slug, Name: in.Name, Customer: in.Customer, SLO: in.SLO, Target: in.Target,
		Credits: each(in.Credits, func(c SLACredit) sla.StepInput { return sla.StepInput{Below: c.Below, Credit: c.Credit} }),
		Unit:    calendar.Unit(in.Period), StartDate: in.StartDate, TimeZone: in.TimeZone, ValidFrom: in.ValidFrom, ValidUntil: in.ValidUntil,
		Contact: in.Contact, TermsURL: in.TermsURL,
	}
}

func toSLA(v sla.View, service, by Ref) SLA {
	return SLA{
		ID: string(v.SLA.ID), Slug: v.SLA.Slug, Service: service, Name: v.SLA.Name, Customer: v.SLA.Customer, SLO: by,
		Target: v.Revision.Target.String(), Credits: each(v.Revision.Credits, toSLACredit),
		Period: string(v.SLA.Unit), StartDate: v.SLA.Start, TimeZone: v.SLA.Zone, ValidFrom: v.SLA.ValidFrom, ValidUntil: v.SLA.ValidUntil,
		Contact: v.SLA.Contact, TermsURL: v.SLA.TermsURL, Revision: v.SLA.Revision,
		CreatedAt: v.SLA.CreatedAt, UpdatedAt: v.SLA.UpdatedAt, EndedAt: v.SLA.EndedAt, Version: v.SLA.Version,
	}
}

func toSLACredit(s sla.Step) SLACredit { return SLACredit{Below: s.Below.String(), Credit: s.Credit} }

func toSLAPeriod(p sla.Period) SLAClosedPeriod {
	out := SLAClosedPeriod{
		Start: p.Start, End: p.End, SLAOutcome: toSLAOutcome(p.Outcome, p.Revision),
		Target: p.Revision.Target.String(), Credits: each(p.Revision.Credits, toSLACredit), Revision: p.Revision.Number,
		ClosedAt: p.ClosedAt, RestatedAt: p.RestatedAt,
	}
	if p.RestatedAt != nil {
		closed := toSLAOutcome(p.Closed, p.Revision)
		out.AsClosed = &closed
	}
	return out
}

func toSLAOutcome(o sla.Outcome, by sla.Revision) SLAOutcome {
	account := sla.AccountOf(o.Sum, by.Target)
	return SLAOutcome{
		Verdict: string(o.Verdict), Credit: o.Credit, Good: measure.Events(o.Sum.Good), Total: measure.Events(o.Sum.Total),
		SLI: account.SLI, Margin: account.Margin,
	}
}

func toSLAStatus(now *sla.Current, last []sla.Period) SLAStatus {
	var out SLAStatus
	if now != nil {
		out.Current = &SLACurrent{
			Start: now.Start, End: now.End, Until: now.Until, Good: measure.Events(now.Sum.Good), Total: measure.Events(now.Sum.Total),
			SLI: now.SLI, Margin: now.Margin, Remaining: now.Remaining,
			Projected: SLAProjected{Total: now.ProjectedTotal, Burned: now.ProjectedBurned},
		}
	}
	if len(last) > 0 {
		shown := toSLAPeriod(last[0])
		out.Last = &shown
	}
	return out
}
