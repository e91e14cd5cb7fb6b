package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// sentScorecard is a scorecard as it is sent, by the names of the API, which are those of the terms.
type sentScorecard struct {
	Slug        string `json:"slug"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Owner       string `json:"owner,omitempty"`
	scorecards.Terms
}

// foresee asks which services would gain or lose a level by the scorecards that are created or changed, and gives
// that by their identities.
func foresee(ctx context.Context, c *client.Client, plan client.ManifestPlan, files []manifest.File) (map[string]string, error) {
	wanted := map[string]bool{} // whether it is there, by slug
	for _, s := range plan.Steps {
		if s.Kind == "Scorecard" && s.Refused == nil && (s.Action == "create" || s.Action == "update") {
			wanted[s.Name] = s.Action == "update"
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	manifests, _, err := api.Manifests{}.Read(files)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, m := range manifests {
		card, is := m.Thing.(manifest.Scorecard)
		there, asked := wanted[m.Name]
		if !is || !asked {
			continue
		}
		body, err := json.Marshal(sentScorecard{Slug: card.Slug, Name: card.Name, Description: card.Description, Owner: card.Owner, Terms: card.Complete()})
		if err != nil {
			return nil, err
		}
		path := "/v1/scorecard-previews"
		if there {
			path = "/v1/scorecards/" + card.Slug + "/preview"
		}
		var preview client.ScorecardPreview
		if err := c.Do(client.Repeatable(ctx), http.MethodPost, path, nil, body, &preview); err != nil {
			return nil, err
		}
		out[string(m.Kind)+"/"+m.Name] = previewText(preview)
	}
	return out, nil
}
