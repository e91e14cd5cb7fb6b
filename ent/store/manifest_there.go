package store

import (
	"context"
	"database/sql"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db/attachment"
	"github.com/evenkeel/evenkeel/ent/db/dependency"
	"github.com/evenkeel/evenkeel/ent/db/person"
	"github.com/evenkeel/evenkeel/ent/db/system"
	"github.com/evenkeel/evenkeel/ent/db/team"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

var _ manifest.Organisation = Manifests{}

// many reads what a condition on some texts gives, in statements of a few hundred each.
func many[T any](of []string, read func(in string, args []any) ([]T, error)) ([]T, error) {
	var out []T
	err := chunks(of, idBatch, func(some []string) error {
		args := make([]any, len(some))
		for i, v := range some {
			args[i] = v
		}
		found, err := read(values(1, len(some)), args)
		out = append(out, found...)
		return err
	})
	return out, err
}

// nouns are those of the kinds of which a name leads to something.
var nouns = map[manifest.Kind]registry.Noun{
	manifest.KindTeam: registry.NounTeam, manifest.KindSystem: registry.NounSystem, manifest.KindService: registry.NounService, manifest.KindSLO: registry.NounSLO,
	manifest.KindPolicy: registry.NounPolicy, manifest.KindScorecard: registry.NounScorecard,
}

// FormerNames returns what things are called now, by names that they had before.
func (m Manifests) FormerNames(ctx context.Context, kind manifest.Kind, slugs []string) (map[string]string, error) {
	names, rest := "was.slug, now.slug", " WHERE was.scope = '' AND was.slug IN "
	if kind == manifest.KindSLO {
		names, rest = "v.slug || '/' || was.slug, v.slug || '/' || now.slug", " JOIN services v ON v.id = was.scope WHERE v.slug IN "
	}
	out := map[string]string{}
	err := chunks(slugs, idBatch, func(some []string) error {
		args := make([]any, len(some), len(some)+1)
		for i, v := range some {
			args[i] = v
		}
		query := fmt.Sprintf("SELECT %s FROM slugs was JOIN slugs now ON now.target_id = was.target_id AND now.current%s%s AND was.noun = $%d AND NOT was.current", names, rest, values(1, len(some)), len(some)+1)
		return m.s.queryAll(ctx, query, append(args, string(nouns[kind])), func(rows *sql.Rows) error {
			var was, now string
			err := rows.Scan(&was, &now)
			out[was] = now
			return err
		})
	})
	return out, fail("read former names", err)
}

// TeamsNamed returns teams by their slugs.
func (m Manifests) TeamsNamed(ctx context.Context, slugs []string) ([]registry.Team, error) {
	var out []registry.Team
	err := chunks(slugs, idBatch, func(some []string) error {
		rows, err := m.s.ent.Team.Query().Where(team.SlugIn(some...)).All(ctx)
		for _, t := range rows {
			out = append(out, fromDBTeam(t))
		}
		return err
	})
	return out, fail("read teams", err)
}

// TeamsByID returns those that exist.
func (m Manifests) TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error) {
	return m.s.Registry().TeamsByID(ctx, teams)
}

// SystemsNamed returns systems by their slugs.
func (m Manifests) SystemsNamed(ctx context.Context, slugs []string) ([]registry.System, error) {
	var out []registry.System
	err := chunks(slugs, idBatch, func(some []string) error {
		rows, err := m.s.ent.System.Query().Where(system.SlugIn(some...)).All(ctx)
		for _, y := range rows {
			out = append(out, fromDBSystem(y))
		}
		return err
	})
	return out, fail("read systems", err)
}

// ServicesNamed returns services by their slugs.
func (m Manifests) ServicesNamed(ctx context.Context, slugs []string) ([]registry.Service, error) {
	return many(slugs, func(in string, args []any) ([]registry.Service, error) {
		return m.s.Registry().services(ctx, " WHERE v.slug IN "+in, args...)
	})
}

// ServicesByID returns those that exist.
func (m Manifests) ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error) {
	return m.s.Registry().ServicesByID(ctx, services)
}

// DependenciesOf returns what the services depend on.
func (m Manifests) DependenciesOf(ctx context.Context, services []id.ID) ([]registry.Dependency, error) {
	var out []registry.Dependency
	err := chunks(texts(services), idBatch, func(some []string) error {
		rows, err := m.s.ent.Dependency.Query().Where(dependency.ServiceIDIn(some...)).WithOn().All(ctx)
		out = append(out, fromDBDependencies(rows)...)
		return err
	})
	return out, fail("read dependencies", err)
}

// SLOsOf returns SLOs of the services, retired ones too.
func (m Manifests) SLOsOf(ctx context.Context, services []id.ID) ([]slo.View, error) {
	return many(texts(services), func(in string, args []any) ([]slo.View, error) {
		return m.s.SLO().views(ctx, "SELECT "+viewColumns+viewTables+" WHERE s.service_id IN "+in, args)
	})
}

// SourceSlugs returns the slugs of data sources.
func (m Manifests) SourceSlugs(ctx context.Context) (map[id.ID]string, error) {
	out := map[id.ID]string{}
	err := m.s.queryAll(ctx, "SELECT id, slug FROM data_sources", nil, func(rows *sql.Rows) error {
		var of id.ID
		var slug string
		err := rows.Scan(&of, &slug)
		out[of] = slug
		return err
	})
	return out, fail("read data sources", err)
}

// PoliciesNamed returns policies by their slugs.
func (m Manifests) PoliciesNamed(ctx context.Context, slugs []string) ([]policy.View, error) {
	return many(slugs, func(in string, args []any) ([]policy.View, error) {
		return m.s.Policy().views(ctx, " WHERE p.slug IN "+in, args...)
	})
}

// AttachmentsOf returns those of the policies.
func (m Manifests) AttachmentsOf(ctx context.Context, policies []id.ID) ([]policy.Attachment, error) {
	var out []policy.Attachment
	err := chunks(texts(policies), idBatch, func(some []string) error {
		rows, err := m.s.ent.Attachment.Query().Where(attachment.PolicyIDIn(some...)).All(ctx)
		for _, a := range rows {
			out = append(out, fromDBAttachment(a))
		}
		return err
	})
	return out, fail("read attachments", err)
}

// ScorecardsNamed returns scorecards by their slugs, retired ones too.
func (m Manifests) ScorecardsNamed(ctx context.Context, slugs []string) ([]scorecards.View, error) {
	return many(slugs, func(in string, args []any) ([]scorecards.View, error) {
		return m.s.Scorecards().views(ctx, " WHERE c.slug IN "+in, args...)
	})
}

// ScorecardsByID returns those that exist.
func (m Manifests) ScorecardsByID(ctx context.Context, cards []id.ID) (map[id.ID]scorecards.View, error) {
	found, err := many(texts(cards), func(in string, args []any) ([]scorecards.View, error) {
		return m.s.Scorecards().views(ctx, " WHERE c.id IN "+in, args...)
	})
	out := make(map[id.ID]scorecards.View, len(found))
	for _, v := range found {
		out[v.Scorecard.ID] = v
	}
	return out, err
}

// CampaignsByID returns those that exist.
func (m Manifests) CampaignsByID(ctx context.Context, campaigns []id.ID) (map[id.ID]campaign.Campaign, error) {
	found, err := many(texts(campaigns), func(in string, args []any) ([]campaign.Campaign, error) {
		return m.s.Campaigns().campaigns(ctx, " WHERE c.id IN "+in, args...)
	})
	out := make(map[id.ID]campaign.Campaign, len(found))
	for _, c := range found {
		out[c.ID] = c
	}
	return out, err
}

// PeopleByID returns those that there are.
func (m Manifests) PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error) {
	return m.s.Access().PeopleByID(ctx, people)
}

// PeopleByEmail returns all who have one of the e-mails.
func (m Manifests) PeopleByEmail(ctx context.Context, emails []string) ([]access.Person, error) {
	var out []access.Person
	err := chunks(emails, idBatch, func(some []string) error {
		rows, err := m.s.ent.Person.Query().Where(func(s *entsql.Selector) {
			s.Where(entsql.In(entsql.Lower(s.C(person.FieldEmail)), arguments(some)...))
		}).All(ctx)
		for _, p := range rows {
			out = append(out, fromDBPerson(p))
		}
		return err
	})
	return out, fail("read people", err)
}

// managers are the tables of what has one manager, by the kinds of manifests.
var managers = map[manifest.Kind]string{
	manifest.KindSLO: "slos", manifest.KindPolicy: "policies", manifest.KindScorecard: "scorecards", manifest.KindCampaign: "campaigns",
}

// LetGo has the thing of the item, and what belongs to it, be kept by that manager no more.
func (m Manifests) LetGo(ctx context.Context, i manifest.Item, manager string) error {
	r := m.s.Registry()
	err := error(nil)
	switch i.Kind {
	case manifest.KindTeam:
		t, there := r.Team(ctx, i.Resource)
		if err = there; err == nil {
			t.Managed = t.Managed.Without(manager)
			err = r.UpdateTeam(ctx, t)
		}
	case manifest.KindSystem:
		y, there := r.System(ctx, i.Resource)
		if err = there; err == nil {
			y.Managed = y.Managed.Without(manager)
			err = r.UpdateSystem(ctx, y)
		}
	case manifest.KindService:
		v, there := r.Service(ctx, i.Resource)
		if err = there; err == nil {
			v.Managed = v.Managed.Without(manager)
			if err = r.UpdateService(ctx, v); err == nil {
				_, err = m.s.exec(ctx, "UPDATE dependencies SET manager = '', version = version + 1 WHERE service_id = $1 AND manager = $2", string(v.ID), manager)
			}
		}
	default:
		_, err = m.s.exec(ctx, "UPDATE "+managers[i.Kind]+" SET manager = '', version = version + 1 WHERE id = $1 AND manager = $2", string(i.Resource), manager)
		if err == nil && i.Kind == manifest.KindPolicy {
			_, err = m.s.exec(ctx, "UPDATE policy_attachments SET manager = '', version = version + 1 WHERE policy_id = $1 AND manager = $2", string(i.Resource), manager)
		}
	}
	if fault.Is(err, fault.NotFound) {
		return nil // it is gone, and so is what kept it
	}
	return fail("let go of something", err)
}
