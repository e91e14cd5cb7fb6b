package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/search"
)

func (a *API) addIncidentSearch(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindIncident}
	type query struct {
		Paging
		Query string `query:"q" required:"true" maxLength:"10000" doc:"Words, which may be anything: all are needed, the last one from its beginning, and words in quotes only next to each other. What has no word finds nothing." example:"checkout \"rolled back\""`
	}
	register(a, operation{
		id: "searchIncidents", method: http.MethodGet, path: "/v1/incidents/search", tag: "Incidents", summary: "Search incidents",
		description: "Over their titles, customer impacts, tags, causes and services, the notes of their timelines and the texts of their postmortems; each incident once, by the text that fits best, the best first.", rule: read,
	}, func(ctx context.Context, in *query) (*list[IncidentHit], error) {
		found, err := r.Search.Search(ctx, in.Query, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toIncidentHit), nil
	})

	register(a, operation{
		id: "listSimilarIncidents", method: http.MethodGet, path: "/v1/incidents/{incident}/similar", tag: "Incidents", summary: "List incidents like another",
		description: "At most 10, those that have most in common first: services, words of the title, causes and tags.", rule: read,
	}, func(ctx context.Context, in *IncidentPath) (*list[SimilarIncident], error) {
		found, err := r.Search.Similar(ctx, id.ID(in.Incident))
		if err != nil {
			return nil, err
		}
		var services []id.ID
		for _, s := range found {
			services = append(services, s.Services...)
		}
		named, err := r.serviceNames(ctx, services)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[search.Similar]{Items: found}, func(s search.Similar) SimilarIncident {
			return SimilarIncident{
				IncidentCase: toIncidentCase(s.Case), Score: s.Score, Causes: s.Causes, Tags: s.Tags, Words: s.Words,
				Services: each(s.Services, named.ref),
			}
		}), nil
	})
}

func toIncidentHit(h search.Hit) IncidentHit {
	return IncidentHit{
		IncidentCase: toIncidentCase(h.Case), Kind: string(h.Kind), Subject: string(h.Subject),
		Snippet: each(h.Snippet, func(p search.Part) SnippetPart { return SnippetPart(p) }),
	}
}

func toIncidentCase(c search.Case) IncidentCase {
	return IncidentCase{ID: string(c.ID), Title: c.Title, Severity: c.Severity, Status: c.Status, ImpactStart: c.ImpactStart}
}
