package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/service"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

const serviceColumns = "id, slug, name, description, kind, tier, lifecycle, repository, on_call, runbook, dashboard, docs, contact, labels, annotations, team_id, system_id, created_at, updated_at, retired_at, version"

func scanService(rows *sql.Rows) (registry.Service, error) {
	var v registry.Service
	var labels, annotations []byte
	var system sql.NullString
	err := rows.Scan(&v.ID, &v.Slug, &v.Name, &v.Description, &v.Kind, &v.Tier, &v.Lifecycle, &v.Repository, &v.OnCall, &v.Runbook,
		&v.Dashboard, &v.Docs, &v.Contact, &labels, &annotations, &v.Team, &system, &v.CreatedAt, &v.UpdatedAt, &v.RetiredAt, &v.Version)
	if err != nil {
		return v, err
	}
	v.System = id.ID(system.String)
	return v, errors.Join(json.Unmarshal(labels, &v.Labels), json.Unmarshal(annotations, &v.Annotations))
}

// both runs a benchmark on each database that there is.
func both(b *testing.B, do func(b *testing.B, s *store.Store)) {
	b.Run("SQLite", func(b *testing.B) { do(b, storetest.SQLite(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { do(b, storetest.Postgres(b)) })
}

// BenchmarkGet compares a read by identifier through the store with the same
// prepared by hand, and with ent over connections that prepare each time.
func BenchmarkGet(b *testing.B) {
	both(b, func(b *testing.B, s *store.Store) {
		v := storetest.Service(b, s, storetest.Team(b, s, "payments").ID, "checkout")
		_, reader := s.Pools()
		b.Run("store", func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Registry().Service(b.Context(), v.ID); err != nil {
					b.Fatal(err)
				}
			}
		})
		placeholder := "?"
		if s.Dialect() == dialect.Postgres {
			placeholder = "$1"
		}
		b.Run("raw", func(b *testing.B) {
			stmt, err := reader.PrepareContext(b.Context(), "SELECT "+serviceColumns+" FROM services WHERE id = "+placeholder)
			if err != nil {
				b.Fatal(err)
			}
			defer stmt.Close()
			for b.Loop() {
				rows, err := stmt.QueryContext(b.Context(), string(v.ID))
				if err != nil {
					b.Fatal(err)
				}
				if !rows.Next() {
					b.Fatal(rows.Err())
				}
				if _, err := scanService(rows); err != nil {
					b.Fatal(err)
				}
				rows.Close()
			}
		})
		if s.Dialect() != dialect.SQLite {
			return
		}
		b.Run("ent without cache", func(b *testing.B) {
			plain, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "x.db")+"?_time_format=sqlite&_pragma=foreign_keys(1)")
			if err != nil {
				b.Fatal(err)
			}
			defer plain.Close()
			plain.SetMaxOpenConns(1)
			client := db.NewClient(db.Driver(entsql.OpenDB(dialect.SQLite, plain)))
			if err := client.Schema.Create(b.Context()); err != nil {
				b.Fatal(err)
			}
			team := client.Team.Create().SetID(string(v.Team)).SetSlug("t").SetName("").SetDescription("").SetContact("").SetDefaultRepository("").
				SetCreatedAt(v.CreatedAt).SetUpdatedAt(v.UpdatedAt).SetVersion(1)
			if err := team.Exec(b.Context()); err != nil {
				b.Fatal(err)
			}
			err = client.Service.Create().SetID(string(v.ID)).SetSlug(v.Slug).SetName(v.Name).SetDescription("").SetKind("http").SetTier(2).
				SetLifecycle("production").SetRepository("").SetOnCall("").SetRunbook("").SetDashboard("").SetDocs("").SetContact("").
				SetLabels(v.Labels).SetAnnotations(v.Annotations).SetTeamID(string(v.Team)).SetCreatedAt(v.CreatedAt).SetUpdatedAt(v.UpdatedAt).
				SetVersion(1).Exec(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := client.Service.Query().Where(service.ID(string(v.ID))).Only(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkList compares a page of 100 through the store with raw SQL.
func BenchmarkList(b *testing.B) {
	both(b, func(b *testing.B, s *store.Store) {
		team := storetest.Team(b, s, "payments")
		for i := range 300 {
			storetest.Service(b, s, team.ID, fmt.Sprintf("s-%04d", i))
		}
		_, reader := s.Pools()
		b.Run("store", func(b *testing.B) {
			for b.Loop() {
				p, err := s.Registry().Services(b.Context(), registry.ServiceFilter{}, page.Request{Limit: 100})
				if err != nil || len(p.Items) != 100 {
					b.Fatal(err)
				}
			}
		})
		b.Run("raw", func(b *testing.B) {
			stmt, err := reader.PrepareContext(b.Context(), "SELECT "+serviceColumns+" FROM services WHERE retired_at IS NULL ORDER BY slug LIMIT 101")
			if err != nil {
				b.Fatal(err)
			}
			defer stmt.Close()
			for b.Loop() {
				rows, err := stmt.QueryContext(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				var out []registry.Service
				for rows.Next() {
					v, err := scanService(rows)
					if err != nil {
						b.Fatal(err)
					}
					out = append(out, v)
				}
				if len(out) != 101 || rows.Close() != nil {
					b.Fatal(len(out))
				}
			}
		})
	})
}

// fleet writes ten thousand SLOs of a hundred services, with a series each.
func fleet(b *testing.B, s *store.Store) ([]slo.View, []measure.Series) {
	b.Helper()
	const services, each = 100, 100
	team := storetest.Team(b, s, "payments")
	var views []slo.View
	var want []measure.Series
	err := s.InTx(b.Context(), func(ctx context.Context) error {
		for i := range services {
			v := registry.Service{
				ID: id.New(storetest.Start), Slug: fmt.Sprintf("s-%03d", i), Team: team.ID, CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1,
				Profile: registry.Profile{Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production},
			}
			if err := s.Registry().CreateService(ctx, v); err != nil {
				return err
			}
			for n := range each {
				view := storetest.AnSLO(v.ID, fmt.Sprintf("slo-%03d", n))
				if err := s.SLO().CreateSLO(ctx, view); err != nil {
					return err
				}
				views = append(views, view)
				want = append(want, measure.Series{
					ID: id.New(storetest.Start), Indicator: view.Indicator.ID, Reporter: measure.DefaultReporter, Resolution: measure.FiveMinutes,
					FoldedUntil: storetest.Start.Truncate(24 * time.Hour), CreatedAt: storetest.Start,
				})
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	series, err := s.Measure().EnsureSeries(b.Context(), want)
	if err != nil {
		b.Fatal(err)
	}
	return views, series
}

// BenchmarkFleet is what ten thousand SLOs ask of the store.
func BenchmarkFleet(b *testing.B) {
	both(b, func(b *testing.B, s *store.Store) {
		views, series := fleet(b, s)
		m := s.Measure()
		check := func(b *testing.B, err error) {
			b.Helper()
			if err != nil {
				b.Fatal(err)
			}
		}
		b.Run("write statuses", func(b *testing.B) {
			statuses := make([]slo.Status, len(views))
			for n := int64(0); b.Loop(); n++ {
				for i, v := range views {
					remaining := n*7919 + int64(i)
					statuses[i] = v.Status
					statuses[i].State, statuses[i].RemainingPPB = budget.OK, &remaining
					statuses[i].End, statuses[i].EvaluatedAt, statuses[i].Latest = storetest.Start, storetest.Start, storetest.Start
				}
				for chunk := range 20 {
					check(b, s.SLO().PutStatuses(b.Context(), statuses[chunk*500:(chunk+1)*500]))
				}
			}
		})
		names := make([]slo.Name, len(views))
		want := make([]measure.Series, len(series))
		keys := make([]measure.SegmentKey, len(series))
		ids := make([]id.ID, len(series))
		for i, x := range series {
			names[i] = slo.Name{Service: fmt.Sprintf("s-%03d", i/100), SLO: views[i].SLO.Slug}
			want[i], ids[i] = x, x.ID
			keys[i] = measure.SegmentKey{Series: x.ID, Start: storetest.Start.Truncate(time.Hour), Span: measure.HourSpan}
		}
		b.Run("find targets", func(b *testing.B) {
			for b.Loop() {
				found, err := s.SLO().Targets(b.Context(), names)
				if check(b, err); len(found) != len(names) {
					b.Fatal(len(found))
				}
			}
		})
		b.Run("ensure series", func(b *testing.B) {
			for b.Loop() {
				_, err := m.EnsureSeries(b.Context(), want)
				check(b, err)
			}
		})
		b.Run("lock and write segments", func(b *testing.B) {
			data := make([]byte, 150)
			for b.Loop() {
				for chunk := range 20 {
					check(b, s.InTx(b.Context(), func(ctx context.Context) error {
						got, err := m.LockSegments(ctx, keys[chunk*500:(chunk+1)*500])
						if err != nil {
							return err
						}
						for i := range got {
							got[i].Data = data
						}
						return m.PutSegments(ctx, got)
					}))
				}
			}
		})
		b.Run("read and remove changes", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				check(b, s.InTx(b.Context(), func(ctx context.Context) error {
					segments := make([]measure.StoredSegment, len(keys))
					for i, k := range keys {
						segments[i] = measure.StoredSegment{SegmentKey: k, Data: make([]byte, 150)}
					}
					return m.PutSegments(ctx, segments)
				}))
				b.StartTimer()
				for {
					notes, err := m.Changes(b.Context(), 500)
					check(b, err)
					if len(notes) == 0 {
						break
					}
					read := make([]int64, len(notes))
					for i, n := range notes {
						read[i] = n.ID
					}
					check(b, m.RemoveChanges(b.Context(), read))
				}
			}
		})
		b.Run("read segments", func(b *testing.B) {
			for b.Loop() {
				got, err := m.Segments(b.Context(), ids, storetest.Start.Add(-24*time.Hour), storetest.Start)
				if check(b, err); len(got) != len(ids) {
					b.Fatal(len(got))
				}
			}
		})
		b.Run("read subjects", func(b *testing.B) {
			for b.Loop() {
				_, err := s.SLO().Subjects(b.Context())
				check(b, err)
			}
		})
		b.Run("read views", func(b *testing.B) {
			for b.Loop() {
				after := id.ID("")
				for {
					got, err := s.SLO().ActiveViews(b.Context(), after, 500)
					check(b, err)
					if len(got) == 0 {
						break
					}
					after = got[len(got)-1].SLO.ID
				}
			}
		})
		for _, order := range []slo.Order{slo.BySlug, slo.ByRemaining} {
			b.Run("list 100 by "+string(order), func(b *testing.B) {
				first, err := s.SLO().Views(b.Context(), slo.Filter{Order: order}, page.Request{Limit: 500})
				check(b, err)
				for b.Loop() {
					_, err := s.SLO().Views(b.Context(), slo.Filter{Order: order}, page.Request{Limit: 100, After: first.Next})
					check(b, err)
				}
			})
		}
	})
}
