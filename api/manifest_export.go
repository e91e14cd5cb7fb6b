package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/manifest"
)

func (a *API) addManifestExport(r Rooms) {
	type query struct {
		Kind    string `query:"kind" enum:"Team,System,Service,SLO,ErrorBudgetPolicy,Scorecard,Campaign" doc:"Only those of this kind; left out, all but campaigns, which are known by their set alone."`
		Team    string `query:"team" maxLength:"63" doc:"Only this team, by slug or identifier, with what is its own, and the policies that are in force for one of its services."`
		Service string `query:"service" maxLength:"63" doc:"Only this service, by slug or identifier, with its SLOs, and the policies that are in force for it."`
		Set     string `query:"set" maxLength:"63" doc:"Only what this set has, by slug."`
	}
	register(a, operation{
		id: "exportManifests", method: http.MethodGet, path: "/v1/manifests", tag: manifestTag, summary: "Export manifests",
		description: "Writes what there is as documents of YAML, by kind and name, at most 10,000: applyManifests takes them, and changes nothing. What the portal's catalog keeps is left out, and so is what is retired or over.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindManifestSet}, sends: yamlType, class: admission.Reports, errors: renamed,
	}, func(ctx context.Context, in *query) (*yamlFile, error) {
		f := manifest.ExportFilter{Set: in.Set}
		if in.Kind != "" {
			f.Kinds = []manifest.Kind{manifest.Kind(in.Kind)}
		}
		var err error
		if f.Team, _, err = r.owners(ctx, in.Team, ""); err != nil {
			return nil, err
		}
		if in.Service != "" {
			s, err := r.Registry.ServiceFor(ctx, in.Service)
			if err != nil {
				return nil, atQuery("service", in.Service, err)
			}
			f.Service = s.ID
		}
		things, err := r.Manifests.Export(ctx, f)
		if err != nil {
			return nil, atQuery("set", in.Set, err) // all else that is named was found
		}
		return exported(things)
	})
}

// exported are the things as documents of one text.
func exported(things []manifest.Thing) (*yamlFile, error) {
	var out bytes.Buffer
	for n, t := range things {
		text, err := WriteManifest(t)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out.WriteString("---\n")
		}
		out.Write(text)
	}
	return &yamlFile{ContentType: yamlType, Body: out.Bytes()}, nil
}
