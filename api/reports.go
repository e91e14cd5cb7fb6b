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
	"github.com/evenkeel/evenkeel/services/report"
)

type ReportPath struct {
	Report string `path:"report" maxLength:"26" doc:"Identifier of the report."`
}

// ReportQuery is what is previewed.
type ReportQuery struct {
	Scope    string    `query:"scope" required:"true" enum:"service,team,system,organisation" example:"team"`
	Name     string    `query:"name" maxLength:"63" doc:"Slug or identifier of the service, team or system; left out of the organisation." example:"payments"`
	Period   string    `query:"period" maxLength:"10" doc:"A month or a quarter." example:"2026-11"`
	TimeZone string    `query:"timeZone" maxLength:"64" doc:"Where the period begins and ends; UTC where it is left out." example:"Europe/Berlin"`
	From     time.Time `query:"from" doc:"Instead of a period: a full hour of UTC." example:"2026-11-01T00:00:00Z"`
	To       time.Time `query:"to" doc:"Exclusive, a full hour of UTC, at most 400 days after from." example:"2026-12-01T00:00:00Z"`
	AsOf     time.Time `query:"asOf" doc:"What was published by then: corrections, revisions, violations, overrides and closed periods of SLAs. Measurements are as they are now; the notes of the answer say so." example:"2026-12-03T00:00:00Z"`
}

func (q ReportQuery) input() report.PreviewInput {
	return report.PreviewInput{
		ScopeInput:  report.ScopeInput{Kind: report.Kind(q.Scope), Name: q.Name},
		PeriodInput: report.PeriodInput{Name: q.Period, Zone: q.TimeZone, From: q.From, To: q.To}, AsOf: q.AsOf,
	}
}

// file is a reply that is no JSON.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition" doc:"The name to save it by." example:"attachment; filename=\"report.csv\""`
	Body        []byte
}

func csvFile(c report.Content, name string) *file {
	return &file{ContentType: "text/csv; charset=utf-8", Disposition: `attachment; filename="` + name + `.csv"`, Body: c.CSV()}
}

// reportsPath is where published reports are.
const reportsPath = "/v1/reports"

func (a *API) addReports(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindReport}
	type content struct{ Body report.Content }
	register(a, operation{
		id: "previewReport", method: http.MethodGet, path: reportsPath + "/preview", tag: "Reports", summary: "Draw up a report",
		description: "Nothing is stored. A period that is not over is reported until now.", rule: read, class: admission.Reports,
	}, func(ctx context.Context, in *ReportQuery) (*content, error) {
		drawn, err := r.Reports.Preview(ctx, in.input())
		if err != nil {
			return nil, err
		}
		return &content{drawn}, nil
	})
	register(a, operation{
		id: "previewReportAsCSV", method: http.MethodGet, path: reportsPath + "/preview/csv", tag: "Reports", summary: "Draw up a report as CSV",
		description: "One row for each SLO, with the numbers of the JSON. Nothing is stored.", rule: read, class: admission.Reports, sends: "text/csv",
	}, func(ctx context.Context, in *ReportQuery) (*file, error) {
		drawn, err := r.Reports.Preview(ctx, in.input())
		if err != nil {
			return nil, err
		}
		return csvFile(drawn, "preview"), nil
	})

	type query struct {
		Paging
		Scope string `query:"scope" enum:"service,team,system,organisation" doc:"Only reports of this kind."`
		Name  string `query:"name" maxLength:"63" doc:"Only those of the service, team or system of this slug or identifier; with scope." example:"payments"`
	}
	register(a, operation{
		id: "listReports", method: http.MethodGet, path: reportsPath, tag: "Reports", summary: "List published reports", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ReportHead], error) {
		f := report.Filter{Kind: report.Kind(in.Scope)}
		if in.Name != "" {
			if in.Scope == "" || f.Kind == report.OfOrganisation {
				var check fault.Check
				check.Fail("query.name", in.Name, "needs a scope that it is the name in: service, team or system")
				return nil, check.Err()
			}
			of, err := r.Reports.Named(ctx, f.Kind, in.Name)
			if err != nil {
				return nil, atQuery("name", in.Name, err)
			}
			f.ScopeID = of
		}
		found, err := r.Reports.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toReportHead), nil
	})

	type post struct {
		Once
		Body ReportInput
	}
	register(a, operation{
		id: "publishReport", method: http.MethodPost, path: reportsPath, tag: "Reports", summary: "Publish a report",
		description: "A snapshot that nothing changes. What is found to be otherwise later is a restatement beside it. People of the team; administrators of the organisation.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindReport}, class: admission.Reports,
	}, func(ctx context.Context, in *post) (*created[Report], error) {
		var draft report.Draft
		return create(ctx, a, in.Once, creation[Report, Report]{
			prepare: func(ctx context.Context) (err error) {
				draft, err = r.Reports.Draw(ctx, fromReportInput(in.Body))
				return err
			},
			make: func(ctx context.Context) (Report, error) {
				made, err := r.Reports.Publish(ctx, draft)
				return r.showReport(ctx, made, err)
			},
			load: func(ctx context.Context, made id.ID) (Report, error) {
				found, err := r.Reports.Get(ctx, made)
				return r.showReport(ctx, found, err)
			},
			name: func(o Report) (id.ID, int64, string) { return id.ID(o.ID), 1, reportsPath + "/" + o.ID },
			show: itself[Report],
		})
	})

	type shown struct{ Body Report }
	register(a, operation{
		id: "getReport", method: http.MethodGet, path: reportsPath + "/{report}", tag: "Reports", summary: "Get a report",
		description: "As it was published, with what reviews of it decided.", rule: read,
	}, func(ctx context.Context, in *ReportPath) (*shown, error) {
		found, err := r.Reports.Get(ctx, id.ID(in.Report))
		out, err := r.showReport(ctx, found, err)
		if err != nil {
			return nil, err
		}
		return &shown{out}, nil
	})
	register(a, operation{
		id: "getReportDocument", method: http.MethodGet, path: reportsPath + "/{report}/document", tag: "Reports", summary: "Get the document of a report",
		description: "The bytes that were published, of which the report's sha256 is.", rule: read, sends: "application/json",
	}, func(ctx context.Context, in *ReportPath) (*file, error) {
		found, err := r.Reports.Get(ctx, id.ID(in.Report))
		if err != nil {
			return nil, err
		}
		return &file{ContentType: "application/json", Disposition: `attachment; filename="report-` + string(found.ID) + `.json"`, Body: found.Document}, nil
	})
	register(a, operation{
		id: "getReportAsCSV", method: http.MethodGet, path: reportsPath + "/{report}/csv", tag: "Reports", summary: "Get a report as CSV",
		description: "One row for each SLO, with the numbers that were published.", rule: read, sends: "text/csv",
	}, func(ctx context.Context, in *ReportPath) (*file, error) {
		found, err := r.Reports.Get(ctx, id.ID(in.Report))
		if err != nil {
			return nil, err
		}
		published, err := found.Content()
		if err != nil {
			return nil, err
		}
		return csvFile(published, "report-"+string(found.ID)), nil
	})
	register(a, operation{
		id: "listReportRestatements", method: http.MethodGet, path: reportsPath + "/{report}/restatements", tag: "Reports", summary: "List the restatements of a report",
		description: "The newest first: what was found to be otherwise, with what was published, and why. A report is summed up again each day while measurements of its period may come, for 91 days, and then each week, until 400 days after it; later where more is published than is worked off.", rule: read,
	}, func(ctx context.Context, in *ReportPath) (*list[ReportRestatement], error) {
		found, err := r.Reports.Restatements(ctx, id.ID(in.Report))
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[report.Restatement]{Items: found}, toReportRestatement), nil
	})
	a.addReportDecisions(r)
}

func (a *API) addReportDecisions(r Rooms) {
	register(a, operation{
		id: "listReportDecisions", method: http.MethodGet, path: reportsPath + "/{report}/decisions", tag: "Reports", summary: "List what reviews of a report decided",
		description: "The oldest first, those too that were replaced.", rule: access.Rule{Verb: access.Read, Kind: access.KindReport},
	}, func(ctx context.Context, in *ReportPath) (*list[ReportDecision], error) {
		found, err := r.Reports.Decisions(ctx, id.ID(in.Report))
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[report.Decision]{Items: found}, toReportDecision), nil
	})
	type decision struct {
		ReportPath
		Decision string `path:"reportDecision" maxLength:"26" doc:"Identifier of the decision."`
	}
	type shown struct{ Body ReportDecision }
	register(a, operation{
		id: "getReportDecision", method: http.MethodGet, path: reportsPath + "/{report}/decisions/{reportDecision}", tag: "Reports", summary: "Get a decision about a report",
		description: "It never changes; another one may have replaced it.", rule: access.Rule{Verb: access.Read, Kind: access.KindReport},
	}, func(ctx context.Context, in *decision) (*shown, error) {
		d, err := r.Reports.Decision(ctx, id.ID(in.Report), id.ID(in.Decision))
		if err != nil {
			return nil, err
		}
		return &shown{toReportDecision(d)}, nil
	})
	type decide struct {
		ReportPath
		Once
		Body ReportDecisionInput
	}
	register(a, operation{
		id: "recordReportDecision", method: http.MethodPost, path: reportsPath + "/{report}/decisions", tag: "Reports", summary: "Record what a review of a report decided",
		description: "It is never changed: what is decided otherwise later replaces it by its identifier. People of the team; of the organisation's reports, administrators.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindReport}, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *decide) (*created[ReportDecision], error) {
		of := id.ID(in.Report)
		return create(ctx, a, in.Once, creation[report.Decision, ReportDecision]{
			make: func(ctx context.Context) (report.Decision, error) {
				return r.Reports.Decide(ctx, of, report.DecisionInput{
					Text: in.Body.Text, DecidedBy: in.Body.DecidedBy, DueOn: in.Body.DueOn, Link: in.Body.Link, Replaces: id.ID(in.Body.Replaces),
				})
			},
			load: func(ctx context.Context, made id.ID) (report.Decision, error) {
				return r.Reports.Decision(ctx, of, made)
			},
			name: func(d report.Decision) (id.ID, int64, string) {
				return d.ID, 1, reportsPath + "/" + string(d.Report) + "/decisions/" + string(d.ID)
			},
			show: toReportDecision,
		})
	})
}

// showReport is a report with what it says, and what was decided.
func (r Rooms) showReport(ctx context.Context, of report.Report, err error) (Report, error) {
	if err != nil {
		return Report{}, err
	}
	published, err := of.Content()
	if err != nil {
		return Report{}, err
	}
	decisions, err := r.Reports.Decisions(ctx, of.ID)
	if err != nil {
		return Report{}, err
	}
	restatements, err := r.Reports.Restatements(ctx, of.ID)
	if err != nil {
		return Report{}, err
	}
	out := Report{ReportHead: toReportHead(of), Content: published, Decisions: each(decisions, toReportDecision)}
	if len(restatements) > 0 {
		out.Restated = &restatements[0].FoundAt
	}
	return out, nil
}

func fromReportInput(in ReportInput) report.PublishInput {
	out := report.PublishInput{
		ScopeInput:  report.ScopeInput{Kind: report.Kind(in.Scope), Name: in.Name},
		PeriodInput: report.PeriodInput{Name: in.Period, Zone: in.TimeZone},
	}
	if in.From != nil {
		out.From = *in.From
	}
	if in.To != nil {
		out.To = *in.To
	}
	return out
}

func toReportHead(r report.Report) ReportHead {
	return ReportHead{
		ID: string(r.ID), Number: r.Number, Scope: r.Scope, Period: r.Period, Occasion: string(r.Occasion),
		PublishedAt: r.PublishedAt, PublishedBy: r.PublishedBy, SHA256: r.SHA256,
	}
}

func toReportDecision(d report.Decision) ReportDecision {
	return ReportDecision{
		ID: string(d.ID), ReportID: string(d.Report), Text: d.Text, DecidedBy: d.DecidedBy, DueOn: d.DueOn, Link: d.Link,
		Replaces: string(d.Replaces), ReplacedBy: string(d.ReplacedBy), RecordedAt: d.RecordedAt, RecordedBy: d.RecordedBy,
	}
}

func toReportRestatement(r report.Restatement) ReportRestatement {
	return ReportRestatement{ID: string(r.ID), FoundAt: r.FoundAt, Changes: r.Changes, Causes: r.Causes}
}
