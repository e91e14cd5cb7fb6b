package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// Source writes a data source with that slug: a Prometheus that needs no secrets.
func Source(t testing.TB, s *store.Store, slug string) source.Source {
	t.Helper()
	v := ASource(slug)
	ok(t, s.Sources().CreateSource(t.Context(), v))
	return v
}

// ASource returns a data source that was not written.
func ASource(slug string) source.Source {
	return source.Source{
		ID: newID(), Slug: slug, Name: "Source " + slug, Kind: source.Prometheus,
		Access:    source.Access{Address: "https://" + slug + ".example.org", Auth: source.Auth{Scheme: source.Anonymous}},
		Limits:    source.Limits{Timeout: source.DefaultTimeout, Concurrency: source.DefaultConcurrency, Delay: source.DefaultDelay},
		CreatedAt: Start, UpdatedAt: Start, Version: 1,
	}
}

// readFrom writes an SLO that is read from the source.
func readFrom(t testing.TB, s *store.Store, service id.ID, slug string, from id.ID) slo.View {
	t.Helper()
	v := AnSLO(service, slug)
	v.Indicator.Origin = origin.Origin{DataSource: from, Ratio: &origin.Ratio{Good: "good", Total: "total"}}
	ok(t, s.SLO().CreateSLO(t.Context(), v))
	return v
}

func testSources(t *testing.T, open opener) {
	each(t, open, "a data source comes back as written and is changed conditionally", func(t *testing.T, s *store.Store) {
		o := s.Sources()
		team := Team(t, s, "payments")
		v := source.Source{
			ID: newID(), Slug: "prometheus-eu", Name: "Прометей \"&<>\" 😀", Description: "line\nbreak", Kind: source.Prometheus,
			Access: source.Access{
				Address: "https://prometheus.example.org/eu", Tenant: "eu",
				Auth: source.Auth{Scheme: source.Basic, Username: "evenkeel", Secret: "prom-password"},
				TLS:  source.TLS{CA: "ca", Certificate: "cert", Key: "key", ServerName: "prom.internal"},
			},
			Limits:           source.Limits{Timeout: 2 * time.Second, Concurrency: 64, Delay: 0},
			Matchers:         []source.Matcher{{Team: team.ID, Label: "namespace", Op: "=~", Value: "$team-.*"}, {Label: "cluster", Op: "=", Value: "eu"}},
			MatchersRequired: true, CreatedAt: Start, UpdatedAt: Start, Version: 1,
		}
		ok(t, o.CreateSource(t.Context(), v))
		other := Source(t, s, "other")
		same(t, must(o.Source(t.Context(), v.ID))(t), v)
		same(t, must(o.SourceBySlug(t.Context(), "prometheus-eu"))(t), v)
		same(t, must(o.SourcesByID(t.Context(), []id.ID{v.ID, newID(), other.ID}))(t), map[id.ID]source.Source{v.ID: v, other.ID: other})
		same(t, must(o.View(t.Context(), v.ID))(t), source.View{Source: v})

		again := v
		again.ID = newID()
		refused(t, o.CreateSource(t.Context(), again), fault.Conflict, "slug_taken")

		v.Slug, v.Matchers, v.MatchersRequired, v.Auth, v.TLS, v.RetiredAt = "prometheus-us", nil, false, source.Auth{Scheme: source.Anonymous}, source.TLS{}, &Start
		ok(t, o.UpdateSource(t.Context(), v))
		refused(t, o.UpdateSource(t.Context(), v), fault.Precondition, "version_mismatch")
		v.Version = 2
		same(t, must(o.Source(t.Context(), v.ID))(t), v)
		_, err := o.SourceBySlug(t.Context(), "prometheus-eu")
		refused(t, err, fault.NotFound, "data_source_not_found")
		v.RetiredAt = nil
		ok(t, o.UpdateSource(t.Context(), v))
		v.Version = 3
		same(t, must(o.Source(t.Context(), v.ID))(t), v)

		v.Slug = "other"
		refused(t, o.UpdateSource(t.Context(), v), fault.Conflict, "slug_taken")
		v.ID, v.Slug = newID(), "nowhere"
		refused(t, o.UpdateSource(t.Context(), v), fault.NotFound, "data_source_not_found")
		_, err = o.Source(t.Context(), v.ID)
		refused(t, err, fault.NotFound, "data_source_not_found")
		_, err = o.View(t.Context(), v.ID)
		refused(t, err, fault.NotFound, "data_source_not_found")
	})

	each(t, open, "data sources are listed by slug, filtered and paged", func(t *testing.T, s *store.Store) {
		o := s.Sources()
		for _, slug := range []string{"c", "a", "e", "b", "d"} {
			v := ASource(slug)
			if slug == "b" {
				v.Kind = source.Adapter
			}
			if slug == "d" {
				v.RetiredAt = &Start
			}
			ok(t, o.CreateSource(t.Context(), v))
		}
		list := func(f source.Filter, limit int) []string {
			t.Helper()
			var got []string
			for r := (page.Request{Limit: limit}); ; {
				p := must(o.Views(t.Context(), f, r))(t)
				for _, v := range p.Items {
					got = append(got, v.Source.Slug)
				}
				if r.After = p.Next; r.After == "" {
					return got
				}
			}
		}
		same(t, list(source.Filter{}, 2), []string{"a", "b", "c", "e"})
		same(t, list(source.Filter{IncludeRetired: true}, 1), []string{"a", "b", "c", "d", "e"})
		same(t, list(source.Filter{Kind: source.Adapter}, 1), []string{"b"})
		same(t, list(source.Filter{Query: "SOURCE C"}, 1), []string{"c"})
		same(t, len(list(source.Filter{Query: "%"}, 1)), 0)
	})

	each(t, open, "the SLOs that are read from a data source now are counted and named", func(t *testing.T, s *store.Store) {
		o, team := s.Sources(), Team(t, s, "payments")
		checkout, ledger, gone := Service(t, s, team.ID, "checkout"), Service(t, s, team.ID, "ledger"), Service(t, s, team.ID, "gone")
		from, other := Source(t, s, "from"), Source(t, s, "other")
		for i := range 3 {
			readFrom(t, s, ledger.ID, fmt.Sprint("slo-", i), from.ID)
		}
		readFrom(t, s, checkout.ID, "latency", from.ID)
		readFrom(t, s, gone.ID, "latency", from.ID)
		elsewhere := readFrom(t, s, checkout.ID, "elsewhere", other.ID)
		SLO(t, s, checkout.ID, "pushed")
		retired := readFrom(t, s, checkout.ID, "retired", from.ID)
		retired.SLO.RetiredAt = &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), retired.SLO))
		gone.RetiredAt = &Start
		ok(t, s.Registry().UpdateService(t.Context(), gone))
		// One that was read from it, and is not any more.
		was := readFrom(t, s, checkout.ID, "was", from.ID)
		now := was.Indicator
		now.ID, now.Origin = newID(), elsewhere.Indicator.Origin
		ok(t, s.SLO().AddIndicator(t.Context(), now))
		next := was.Revision
		next.ID, next.Number, next.Indicator = newID(), 2, now.ID
		ok(t, s.SLO().AddRevision(t.Context(), next))
		was.SLO.Revision = 2
		ok(t, s.SLO().UpdateSLO(t.Context(), was.SLO))

		same(t, must(o.View(t.Context(), from.ID))(t).SLOs, 4)
		views := must(o.Views(t.Context(), source.Filter{}, page.Request{}))(t).Items
		same(t, []int{views[0].SLOs, views[1].SLOs}, []int{4, 2})
		same(t, must(o.Dependents(t.Context(), from.ID, 3))(t), []source.Dependent{
			{Service: "checkout", SLO: "latency"}, {Service: "ledger", SLO: "slo-0"}, {Service: "ledger", SLO: "slo-1"},
		})
		same(t, must(o.Dependents(t.Context(), other.ID, 3))(t), []source.Dependent{{Service: "checkout", SLO: "elsewhere"}, {Service: "checkout", SLO: "was"}})
		same(t, len(must(o.Dependents(t.Context(), newID(), 3))(t)), 0)
	})
}
