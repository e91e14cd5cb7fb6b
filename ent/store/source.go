package store

import (
	"context"
	"database/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/datasource"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/source"
)

// Sources is the store of package source.
type Sources struct{ s *Store }

var _ source.Store = Sources{}

// Sources returns the view of the store that package source declares.
func (s *Store) Sources() Sources { return Sources{s} }

// CreateSource writes the data source.
func (o Sources) CreateSource(ctx context.Context, v source.Source) error {
	settings, err := toDBSettings(v)
	if err != nil {
		return err
	}
	err = o.s.ent.DataSource.Create().
		SetID(string(v.ID)).SetSlug(v.Slug).SetName(v.Name).SetDescription(v.Description).SetKind(string(v.Kind)).
		SetAddress(v.Address).SetSettings(settings).SetCreatedAt(v.CreatedAt).SetUpdatedAt(v.UpdatedAt).
		SetNillableRetiredAt(v.RetiredAt).SetVersion(v.Version).SetFailure("").
		Exec(ctx)
	return named(registry.NounDataSource, v.Slug, err)
}

// Source returns the data source.
func (o Sources) Source(ctx context.Context, of id.ID) (source.Source, error) {
	v, err := o.s.ent.DataSource.Get(ctx, string(of))
	if err != nil {
		return source.Source{}, notFound("data_source", string(of), err)
	}
	return fromDBSource(v)
}

// SourceBySlug returns the data source that has the slug now.
func (o Sources) SourceBySlug(ctx context.Context, slug string) (source.Source, error) {
	v, err := o.s.ent.DataSource.Query().Where(datasource.Slug(slug)).Only(ctx)
	if err != nil {
		return source.Source{}, notFound("data_source", slug, err)
	}
	return fromDBSource(v)
}

// SourcesByID returns those that exist, by identifier.
func (o Sources) SourcesByID(ctx context.Context, sources []id.ID) (map[id.ID]source.Source, error) {
	out := make(map[id.ID]source.Source, len(sources))
	err := chunks(sources, idBatch, func(of []id.ID) error {
		rows, err := o.s.ent.DataSource.Query().Where(datasource.IDIn(texts(of)...)).All(ctx)
		if err != nil {
			return fail("read data sources", err)
		}
		for _, row := range rows {
			v, err := fromDBSource(row)
			if err != nil {
				return err
			}
			out[v.ID] = v
		}
		return nil
	})
	return out, err
}

// UpdateSource writes the data source, conditional on Version.
func (o Sources) UpdateSource(ctx context.Context, v source.Source) error {
	settings, err := toDBSettings(v)
	if err != nil {
		return err
	}
	u := o.s.ent.DataSource.Update().Where(datasource.ID(string(v.ID)), datasource.Version(v.Version)).
		SetSlug(v.Slug).SetName(v.Name).SetDescription(v.Description).SetAddress(v.Address).SetSettings(settings).
		SetUpdatedAt(v.UpdatedAt).AddVersion(1)
	if v.RetiredAt == nil {
		u.ClearRetiredAt()
	} else {
		u.SetRetiredAt(*v.RetiredAt)
	}
	n, err := u.Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounDataSource, v.Slug, err)
	}
	return written("data_source", v.ID, n, err, func() (bool, error) {
		return o.s.ent.DataSource.Query().Where(datasource.ID(string(v.ID))).Exist(ctx)
	})
}

// View returns the data source with its health and the number of its SLOs.
func (o Sources) View(ctx context.Context, of id.ID) (source.View, error) {
	row, err := o.s.ent.DataSource.Get(ctx, string(of))
	if err != nil {
		return source.View{}, notFound("data_source", string(of), err)
	}
	views, err := o.views(ctx, []*db.DataSource{row})
	if err != nil {
		return source.View{}, err
	}
	return views[0], nil
}

// Views lists by slug.
func (o Sources) Views(ctx context.Context, f source.Filter, r page.Request) (page.Page[source.View], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[source.View]{}, err
	}
	q := o.s.ent.DataSource.Query()
	if f.Kind != "" {
		q.Where(datasource.Kind(string(f.Kind)))
	}
	if f.Query != "" {
		q.Where(o.s.holding(f.Query, datasource.FieldSlug, datasource.FieldName))
	}
	if !f.IncludeRetired {
		q.Where(datasource.RetiredAtIsNil())
	}
	rows, err := q.Where(after(key, datasource.FieldSlug)).Order(db.Asc(datasource.FieldSlug)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[source.View]{}, fail("list data sources", err)
	}
	views, err := o.views(ctx, rows)
	if err != nil {
		return page.Page[source.View]{}, err
	}
	return page.Cut(r, f, views, func(v source.View) []string { return []string{v.Source.Slug} }), nil
}

func (o Sources) views(ctx context.Context, rows []*db.DataSource) ([]source.View, error) {
	out := make([]source.View, len(rows))
	ids := make([]id.ID, len(rows))
	for i, row := range rows {
		v, err := fromDBSource(row)
		if err != nil {
			return nil, err
		}
		out[i] = source.View{Source: v, Health: fromDBHealth(row)}
		ids[i] = v.ID
	}
	counts, err := o.count(ctx, ids)
	for i := range out {
		out[i].SLOs = counts[out[i].Source.ID]
	}
	return out, err
}

// liveReaders are the SLOs that are evaluated and read from a data source now.
const liveReaders = ` FROM indicators i CROSS JOIN slo_revisions r CROSS JOIN slos s CROSS JOIN services v
WHERE r.indicator_id = i.id AND s.id = r.slo_id AND s.revision = r.number AND v.id = s.service_id AND s.retired_at IS NULL AND v.retired_at IS NULL`

// count returns how many SLOs are read from each data source; none are left out.
func (o Sources) count(ctx context.Context, sources []id.ID) (map[id.ID]int, error) {
	out := make(map[id.ID]int, len(sources))
	err := chunks(sources, idBatch, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		return o.s.queryAll(ctx, "SELECT i.data_source_id, COUNT(*)"+liveReaders+" AND i.data_source_id IN "+values(1, len(of))+" GROUP BY 1",
			args, func(rows *sql.Rows) error {
				var source id.ID
				var n int
				err := rows.Scan(&source, &n)
				out[source] = n
				return err
			})
	})
	return out, fail("count the SLOs of data sources", err)
}

// Dependents returns the first SLOs that are read from the data source, by name.
func (o Sources) Dependents(ctx context.Context, of id.ID, limit int) ([]source.Dependent, error) {
	var out []source.Dependent
	err := o.s.queryAll(ctx, "SELECT v.slug, s.slug"+liveReaders+" AND i.data_source_id = $1 ORDER BY 1, 2 LIMIT $2", []any{string(of), limit},
		func(rows *sql.Rows) error {
			var d source.Dependent
			err := rows.Scan(&d.Service, &d.SLO)
			out = append(out, d)
			return err
		})
	return out, fail("list the SLOs of a data source", err)
}
