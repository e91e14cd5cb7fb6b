package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/evenkeel/evenkeel/services/manifest"
)

// living is how what lives of a kind is found: its name, what it is, and the conditions of whose
// it is. Each condition has one %s, for the identifier.
type living struct {
	name, from, alive string
	team, service     string // empty where nothing of the kind is a team's, or a service's
}

var livingKinds = map[manifest.Kind]living{
	manifest.KindTeam:   {name: "x.slug", from: "teams x", team: "x.id = %s"},
	manifest.KindSystem: {name: "x.slug", from: "systems x", team: "x.team_id = %s"},
	manifest.KindService: {
		name: "x.slug", from: "services x", alive: "x.retired_at IS NULL", team: "x.team_id = %s", service: "x.id = %s",
	},
	manifest.KindSLO: {
		name: "v.slug || '/' || x.slug", from: "slos x JOIN services v ON v.id = x.service_id", alive: "x.retired_at IS NULL AND v.retired_at IS NULL",
		team: "v.team_id = %s", service: "v.id = %s",
	},
	manifest.KindPolicy: {
		name: "x.slug", from: "policies x",
		team:    "x.id IN (SELECT a.policy_id FROM policy_attachments a JOIN services v ON v.id = a.service_id WHERE v.team_id = %s)",
		service: "x.id IN (SELECT a.policy_id FROM policy_attachments a WHERE a.service_id = %s)",
	},
	manifest.KindScorecard: {name: "x.slug", from: "scorecards x", alive: "x.retired_at IS NULL", team: "x.owner_id = %s"},
	manifest.KindCampaign:  {name: "x.name", from: "campaigns x", alive: "x.ended_at IS NULL", team: "x.team_id = %s"},
}

// Living returns what lives, by kind and name: one statement for each kind.
func (m Manifests) Living(ctx context.Context, s manifest.Scope) ([]manifest.Item, error) {
	var out []manifest.Item
	for _, kind := range s.Kinds {
		of := livingKinds[kind]
		if s.Team != "" && of.team == "" || s.Service != "" && of.service == "" {
			continue
		}
		var c conditions
		if of.alive != "" {
			c.add(of.alive)
		}
		if s.Team != "" {
			c.add(of.team, string(s.Team))
		}
		if s.Service != "" {
			c.add(of.service, string(s.Service))
		}
		if s.Set != "" {
			c.add("x.id IN (SELECT i.resource_id FROM manifest_items i WHERE i.set_id = %s)", string(s.Set))
		}
		query := "SELECT x.id, " + of.name + " FROM " + of.from + c.where() + " ORDER BY 2, 1" + c.limit(s.Limit-len(out))
		err := m.s.queryAll(ctx, query, c.args, func(rows *sql.Rows) error {
			i := manifest.Item{Identity: manifest.Identity{Kind: kind}}
			err := rows.Scan(&i.Resource, &i.Name)
			out = append(out, i)
			return err
		})
		if err != nil || len(out) >= s.Limit {
			return out, fail(fmt.Sprintf("list what lives of %s", kind), err)
		}
	}
	return out, nil
}
