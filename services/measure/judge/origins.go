package judge

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/source"
)

// Sources are the data sources as they are kept; a source.Store is one.
type Sources interface {
	Source(ctx context.Context, source id.ID) (source.Source, error)
	SourceBySlug(ctx context.Context, slug string) (source.Source, error)
}

// Language knows what a kind of data source is asked.
type Language struct {
	// Check notes what of an origin cannot be asked, such as a query that does not
	// compile; base points to the origin.
	Check func(check *fault.Check, base string, o origin.Origin)
	// Doubt asks a data source, and says in words what it cannot answer, or nothing. It
	// is nil where nobody asks.
	Doubt func(ctx context.Context, src source.Source, o origin.Origin, owner registry.Service) (string, error)
}

// Origins judges origins by the data sources that there are.
type Origins struct {
	sources   Sources
	slugs     registry.SlugStore
	languages map[source.Kind]Language
}

// New returns a judge over the data sources. A kind without a language is one of
// which the shape of an origin says all.
func New(sources Sources, slugs registry.SlugStore, languages map[source.Kind]Language) *Origins {
	return &Origins{sources: sources, slugs: slugs, languages: languages}
}

// Refer returns the origin with its data source by identifier. One that there is
// not is noted, and the origin then names none.
func (j *Origins) Refer(ctx context.Context, check *fault.Check, base string, o origin.Origin) (origin.Origin, error) {
	found, _, err := registry.Refer(ctx, check, base+"/dataSource", string(o.DataSource), func(ctx context.Context, name string) (source.Source, error) {
		return registry.Find(ctx, j.slugs, registry.NounDataSource, "", name, j.sources.Source, j.sources.SourceBySlug)
	})
	if err != nil {
		return o, fmt.Errorf("find the data source of an indicator: %w", err)
	}
	o.DataSource = found.ID
	return o, nil
}

// Judge notes what keeps the data source from being asked so for the owner's team.
func (j *Origins) Judge(ctx context.Context, check *fault.Check, base string, o origin.Origin, owner registry.Service) error {
	s, err := j.sources.Source(ctx, o.DataSource)
	if err != nil {
		return fmt.Errorf("read the data source of an indicator: %w", err)
	}
	if s.RetiredAt != nil {
		check.Fail(base+"/dataSource", s.Slug, "names a data source that was retired and is not asked any more")
		return nil
	}
	if want := kindOf(o); s.Kind != want {
		check.Fail(base+"/"+string(o.Kind()), nil, "cannot be asked of the data source %q, which is of kind %s and not %s", s.Slug, s.Kind, want)
		return nil
	}
	check.Require(s.Admits(owner.Team), base+"/dataSource", s.Slug,
		"names a data source that asks for teams with a matcher of their own, and the team %q has none; an administrator adds it", owner.TeamSlug)
	if language := j.languages[s.Kind]; language.Check != nil {
		language.Check(check, base, o)
	}
	return nil
}

// Doubt asks the data source of an origin whether it could answer, and says in words
// what speaks against it; empty when nothing does. It takes a moment at the most, and
// is no part of a transaction.
func (j *Origins) Doubt(ctx context.Context, o origin.Origin, owner registry.Service) (string, error) {
	s, err := j.sources.Source(ctx, o.DataSource)
	if err != nil {
		return "", fmt.Errorf("read the data source of an indicator: %w", err)
	}
	language := j.languages[s.Kind]
	if language.Doubt == nil || s.RetiredAt != nil {
		return "", nil
	}
	ctx, done := context.WithTimeout(ctx, moment)
	defer done()
	return language.Doubt(ctx, s, o, owner)
}

// moment is how long somebody who declares an SLO waits for a data source.
const moment = 3 * time.Second

// kindOf is the kind of data source that an origin is written for.
func kindOf(o origin.Origin) source.Kind {
	if o.Adapter != nil {
		return source.Adapter
	}
	return source.Prometheus
}

// Words says in a sentence where the measurements come from.
func (j *Origins) Words(ctx context.Context, o origin.Origin) (string, error) {
	if !o.Asked() {
		return o.Words(""), nil
	}
	s, err := j.sources.Source(ctx, o.DataSource)
	if err != nil {
		return "", fmt.Errorf("name the data source of an indicator: %w", err)
	}
	return o.Words(s.Slug), nil
}
