package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/source"
)

type DataSourcePath struct {
	DataSource string `path:"dataSource" maxLength:"63" doc:"Slug or identifier of the data source." example:"prometheus-eu"`
}

func (a *API) addSources(r Rooms) {
	type query struct {
		Paging
		Kind           string `query:"kind" enum:"prometheus,adapter" doc:"Only data sources of this kind."`
		Query          string `query:"query" maxLength:"100" doc:"Only data sources with this in their slug or name."`
		IncludeRetired bool   `query:"includeRetired" doc:"Retired ones, too."`
	}
	read := access.Rule{Verb: access.Read, Kind: access.KindDataSource}
	register(a, operation{
		id: "listDataSources", method: http.MethodGet, path: "/v1/data-sources", tag: "Data sources", summary: "List data sources",
		description: "Places that measurements are read from, with how they last answered. Retired ones are left out unless they are asked for.", rule: read,
	}, func(ctx context.Context, in *query) (*list[DataSource], error) {
		f := source.Filter{Kind: source.Kind(in.Kind), Query: in.Query, IncludeRetired: in.IncludeRetired}
		sources, err := r.Sources.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.matcherTeams(ctx, sources.Items...)
		if err != nil {
			return nil, err
		}
		return listed(ctx, sources, func(v source.View) DataSource { return toDataSource(v, names) }), nil
	})

	type post struct {
		Once
		Body DataSourceInput
	}
	register(a, operation{
		id: "createDataSource", method: http.MethodPost, path: "/v1/data-sources", tag: "Data sources", summary: "Register a data source",
		description: "An administrator does it. Secrets are named, and kept where the program's operator puts them. Nothing is asked yet; checkDataSource does.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindDataSource},
	}, func(ctx context.Context, in *post) (*created[DataSource], error) {
		return create(ctx, a, in.Once, creation[DataSource, DataSource]{
			make: func(ctx context.Context) (DataSource, error) {
				v, err := r.Sources.Create(ctx, fromDataSourceInput(in.Body))
				return r.dataSource(ctx, v, err)
			},
			load: func(ctx context.Context, made id.ID) (DataSource, error) {
				v, err := r.Sources.Find(ctx, string(made))
				return r.dataSource(ctx, v, err)
			},
			name: func(s DataSource) (id.ID, int64, string) {
				return id.ID(s.ID), s.Version, "/v1/data-sources/" + s.Slug
			},
			show: itself[DataSource],
		})
	})

	register(a, operation{
		id: "getDataSource", method: http.MethodGet, path: "/v1/data-sources/{dataSource}", tag: "Data sources", summary: "Get a data source",
		description: "By slug or identifier. A former slug leads to the current one. Its ETag is of what was declared: health and the number of SLOs change without it, so that there is no 304.", rule: read,
	}, func(ctx context.Context, in *DataSourcePath) (*reply[DataSource], error) {
		v, err := r.Sources.Find(ctx, in.DataSource)
		return r.shownSource(ctx, v, err)
	})

	type put struct {
		DataSourcePath
		IfMatch
		Body DataSourceInput
	}
	register(a, operation{
		id: "updateDataSource", method: http.MethodPut, path: "/v1/data-sources/{dataSource}", tag: "Data sources", summary: "Update a data source",
		description: "The body replaces what was declared; the kind has to stay. Another slug renames the data source.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindDataSource},
	}, func(ctx context.Context, in *put) (*reply[DataSource], error) {
		v, err := r.Sources.Update(ctx, in.DataSource, in.Version(), fromDataSourceInput(in.Body))
		return r.shownSource(ctx, v, err)
	})
	a.addSourceLife(r)
}

// addSourceLife adds what is done with a data source beside declaring it.
func (a *API) addSourceLife(r Rooms) {
	type retire struct {
		DataSourcePath
		IfMatch
		Body DataSourceRetirement
	}
	register(a, operation{
		id: "retireDataSource", method: http.MethodPost, path: "/v1/data-sources/{dataSource}/retire", tag: "Data sources", summary: "Retire a data source",
		description: "It is not asked any more. Refused while SLOs are read from it, unless it is forced. It can be restored at any time.",
		rule:        access.Rule{Verb: access.Retire, Kind: access.KindDataSource},
	}, func(ctx context.Context, in *retire) (*reply[DataSource], error) {
		v, err := r.Sources.Retire(ctx, in.DataSource, in.Version(), in.Body.Reason, in.Body.Force)
		return r.shownSource(ctx, v, err)
	})

	type restore struct {
		DataSourcePath
		IfMatch
		Body Reason
	}
	register(a, operation{
		id: "restoreDataSource", method: http.MethodPost, path: "/v1/data-sources/{dataSource}/restore", tag: "Data sources", summary: "Restore a retired data source",
		description: "It is asked again.",
		rule:        access.Rule{Verb: access.Retire, Kind: access.KindDataSource},
	}, func(ctx context.Context, in *restore) (*reply[DataSource], error) {
		v, err := r.Sources.Restore(ctx, in.DataSource, in.Version(), in.Body.Reason)
		return r.shownSource(ctx, v, err)
	})

	type checkReply struct{ Body DataSourceCheck }
	register(a, operation{
		id: "checkDataSource", method: http.MethodPost, path: "/v1/data-sources/{dataSource}/check", tag: "Data sources", summary: "Check a data source",
		description: "Asks it something trivial now, and tells in words what is wrong. The answer is 200 either way. Administrators do it; nothing is changed.",
		rule:        access.Rule{Verb: access.Check, Kind: access.KindDataSource}, status: http.StatusOK,
	}, func(ctx context.Context, in *DataSourcePath) (*checkReply, error) {
		f, err := r.Sources.Check(ctx, in.DataSource)
		if err != nil {
			return nil, err
		}
		return &checkReply{Body: toDataSourceCheck(f)}, nil
	})
}

// sourceNames name data sources for people to read.
type sourceNames map[id.ID]source.Source

func (n sourceNames) ref(of id.ID) *Ref { return optionalRef(of, n[of].Slug) }

func (r Rooms) sourceNames(ctx context.Context, sources []id.ID) (sourceNames, error) {
	sources = distinct(sources)
	if len(sources) == 0 {
		return nil, nil
	}
	found, err := r.Sources.ByID(ctx, sources)
	if err != nil {
		return nil, fmt.Errorf("name data sources: %w", err)
	}
	return found, nil
}

// matcherTeams names the teams of matchers.
func (r Rooms) matcherTeams(ctx context.Context, sources ...source.View) (teamNames, error) {
	var teams []id.ID
	for _, v := range sources {
		for _, m := range v.Source.Matchers {
			teams = append(teams, m.Team)
		}
	}
	return r.teamNames(ctx, teams)
}

func (r Rooms) dataSource(ctx context.Context, v source.View, err error) (DataSource, error) {
	if err != nil {
		return DataSource{}, err
	}
	names, err := r.matcherTeams(ctx, v)
	if err != nil {
		return DataSource{}, err
	}
	return toDataSource(v, names), nil
}

func (r Rooms) shownSource(ctx context.Context, v source.View, err error) (*reply[DataSource], error) {
	shown, err := r.dataSource(ctx, v, err)
	if err != nil {
		return nil, err
	}
	return current(shown.Version, shown), nil
}

func fromDataSourceInput(in DataSourceInput) source.Input {
	out := source.Input{
		Slug: in.Slug, Name: in.Name, Description: in.Description, Kind: source.Kind(in.Kind),
		Access:  source.Access{Address: in.Address, Tenant: in.Tenant},
		Timeout: time.Duration(in.TimeoutSeconds) * time.Second, Concurrency: in.Concurrency, MatchersRequired: in.MatchersRequired,
	}
	if in.Auth != nil {
		out.Auth = source.Auth{Scheme: source.Scheme(in.Auth.Scheme), Username: in.Auth.Username, Secret: in.Auth.Secret}
	}
	if in.TLS != nil {
		out.TLS = source.TLS(*in.TLS)
	}
	if in.DelaySeconds != nil {
		delay := time.Duration(*in.DelaySeconds) * time.Second
		out.Delay = &delay
	}
	for _, m := range in.Matchers {
		out.Matchers = append(out.Matchers, source.MatcherInput(m))
	}
	return out
}

func toDataSource(v source.View, teams teamNames) DataSource {
	s := v.Source
	out := DataSource{
		ID: string(s.ID), Slug: s.Slug, Name: s.Name, Description: s.Description, Kind: string(s.Kind), Address: s.Address,
		Auth: SourceAuth{Scheme: string(s.Auth.Scheme), Username: s.Auth.Username, Secret: s.Auth.Secret}, TLS: SourceTLS(s.TLS), Tenant: s.Tenant,
		TimeoutSeconds: int64(s.Timeout / time.Second), Concurrency: s.Concurrency, DelaySeconds: int64(s.Delay / time.Second),
		Matchers: make([]TeamMatcher, len(s.Matchers)), MatchersRequired: s.MatchersRequired,
		Health: toSourceHealth(v.Health), SLOs: v.SLOs,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, RetiredAt: s.RetiredAt, Version: s.Version,
	}
	for i, m := range s.Matchers {
		out.Matchers[i] = TeamMatcher{Team: optionalRef(m.Team, teams[m.Team].Slug), Label: m.Label, Op: m.Op, Value: m.Value}
	}
	return out
}

func toSourceHealth(h source.Health) SourceHealth {
	return SourceHealth{
		State: string(h.State()), SucceededAt: h.SucceededAt, FailedAt: h.FailedAt, FailingSince: h.FailingSince, Failure: h.Failure,
	}
}

func toDataSourceCheck(f source.Finding) DataSourceCheck {
	out := DataSourceCheck{
		Result: "failed", Problem: string(f.Problem), Message: f.Message, Version: f.Version,
		DurationMilliseconds: float64(f.Took.Microseconds()) / 1000,
	}
	if f.OK() {
		out.Result = "ok"
	}
	if f.Skew != nil {
		seconds := int64(*f.Skew / time.Second)
		out.ClockSkewSeconds = &seconds
	}
	return out
}
