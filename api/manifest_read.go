package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	cards "github.com/evenkeel/evenkeel/scorecards/document"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/openslo"
	policies "github.com/evenkeel/evenkeel/services/policy/document"
	"github.com/evenkeel/evenkeel/services/registry"
)

// maxManifestPath is how long the path of a file may be, in characters.
const maxManifestPath = 500

// Manifests reads manifests, with a server or without.
type Manifests struct{}

var _ manifest.Reader = Manifests{}

// Read implements manifest.Reader.
func (m Manifests) Read(files []manifest.File) ([]manifest.Manifest, []manifest.Note, error) {
	var check fault.Check
	size := 0
	for _, f := range files {
		size += len(f.Text)
	}
	check.Require(len(files) <= manifest.MaxFiles, "/files", len(files), "must be at most %d files", manifest.MaxFiles)
	check.Require(size <= manifest.MaxSize, "/files", size, "must have at most %d bytes together", manifest.MaxSize)
	if err := check.Err(); err != nil {
		return nil, nil, err
	}
	at := map[string]int{}
	texts := make([]yamldoc.File, len(files))
	for i, f := range files {
		access.CheckLine(&check, fmt.Sprintf("/files/%d/path", i), f.Path, 1, maxManifestPath)
		if first, twice := at[f.Path]; twice {
			check.Fail(fmt.Sprintf("/files/%d/path", i), f.Path, "is the path of file %d already", first)
		}
		at[f.Path], texts[i] = i, yamldoc.File{Name: f.Path, Text: []byte(f.Text)}
	}
	if err := check.Err(); err != nil {
		return nil, nil, err
	}
	docs, err := openslo.ReadAll(texts, openslo.Options{Beside: yamldoc.APIVersion})
	if err := told(&check, at, err); err != nil {
		return nil, nil, err
	}
	if docs.Undeclared != nil {
		if err := told(&check, at, docs.Undeclared); err != nil {
			return nil, nil, err
		}
	}
	var out []manifest.Manifest
	for _, d := range docs.Others {
		m, err := ReadManifest(d)
		if err := told(&check, at, err); err != nil {
			return nil, nil, err
		}
		if err == nil {
			out = append(out, m)
		}
	}
	more, err := fromOpenSLO(docs)
	if err != nil {
		return nil, nil, err
	}
	kept := 0
	for _, m := range more { // an SLI is kept with each SLO that refers to it
		kept += len(m.Text)
	}
	check.Require(kept <= manifest.MaxSize, "/files", kept, "must have at most %d bytes once each SLO has the SLI that it refers to", manifest.MaxSize)
	slices.SortStableFunc(out, func(a, b manifest.Manifest) int { return at[a.Path] - at[b.Path] })
	return append(out, more...), notesOf(docs.Warnings), check.Err()
}

// ReadManifest reads a document of evenkeel/v1. The error is a *yamldoc.Error: what is wrong with its shape.
func ReadManifest(d yamldoc.Document) (manifest.Manifest, error) {
	thing, err := readThing(d)
	if err != nil {
		return manifest.Manifest{}, err
	}
	return manifest.Of(thing, d.In, first(d), d.Source(), d), nil
}

// first is the line on which a document begins.
func first(d yamldoc.Document) int {
	line, _ := d.Line("")
	return line
}

// fromOpenSLO are the SLOs and services of documents of OpenSLO. What else they are of is kept with the
// SLOs that refer to it, or set up here by itself.
func fromOpenSLO(docs openslo.Documents) ([]manifest.Manifest, error) {
	var out []manifest.Manifest
	for _, s := range docs.Services {
		in := registry.ServiceInput{Slug: s.Slug, Team: s.Team}
		in.Name, in.Description = s.Name, s.Description
		of := manifest.Service{ServiceInput: in}
		for field, value := range map[string]string{"description": s.Description, "name": s.Name, "team": s.Team} {
			if value != "" {
				of.Says = append(of.Says, field)
			}
		}
		slices.Sort(of.Says)
		out = append(out, manifest.Of(of, s.Document.In, first(s.Document), s.Document.Source(), s.Document))
	}
	kept := 0
	for _, s := range docs.SLOs {
		text, err := openslo.Write(s.Service, s.Declaration, s.Extras)
		if err != nil {
			return nil, err
		}
		out = append(out, manifest.Of(manifest.SLO{Service: s.Service, Declaration: s.Declaration}, s.Document.In, first(s.Document), string(text), s.Document))
		if kept += len(text); kept > manifest.MaxSize {
			break // it is too much already, which is told of what there is
		}
	}
	return out, nil
}

func notesOf(warnings []openslo.Warning) []manifest.Note {
	var out []manifest.Note
	for _, w := range warnings {
		out = append(out, manifest.Note{Path: w.In, Line: w.Line, Column: w.Column, Message: w.Pointer + ": " + w.Message})
	}
	return out
}

// told notes what is wrong with files, each with its place, and returns any other error.
func told(check *fault.Check, at map[string]int, err error) error {
	var of *yamldoc.Error
	if err == nil {
		return nil
	}
	if !errors.As(err, &of) {
		return err
	}
	for _, p := range of.Problems {
		check.Fail(fmt.Sprintf("/files/%d", at[p.In]), nil, "%s:%s", p.In, p)
	}
	return nil
}

// readThing reads what a document says there is. The error is a *yamldoc.Error.
func readThing(d yamldoc.Document) (manifest.Thing, error) {
	kind := manifest.Kind(d.Head("kind"))
	if is := d.Head("apiVersion"); is != yamldoc.APIVersion {
		return nil, d.Place([]fault.Violation{{Pointer: "/apiVersion", Message: fmt.Sprintf("must be %q or %q", yamldoc.APIVersion, openslo.APIVersion), Value: is}})
	}
	if !slices.Contains(manifest.Kinds, kind) {
		return nil, d.Place([]fault.Violation{{Pointer: "/kind", Message: fmt.Sprintf("must be %s", fault.Or(manifest.Kinds)), Value: string(kind)}})
	}
	switch kind {
	case manifest.KindPolicy:
		read, err := policies.Of(d)
		return manifest.Policy{Draft: read.Draft, Attachments: read.Attachments}, err
	case manifest.KindScorecard:
		read, err := cards.Of(d)
		return manifest.Scorecard{Draft: read.Draft}, err
	}
	text, err := fitting(d, kind)
	if err != nil {
		return nil, err
	}
	switch kind {
	case manifest.KindTeam:
		in, err := decoded[struct {
			TeamInput
			IssueAssignee string `json:"issueAssignee"`
		}](d, text)
		in.IssueAssigneeID = in.IssueAssignee
		return manifest.Team{TeamInput: fromTeamInput(in.TeamInput), Says: says(d, kind)}, err
	case manifest.KindSystem:
		in, err := decoded[SystemInput](d, text)
		return manifest.System{SystemInput: fromSystemInput(in), Says: says(d, kind)}, err
	case manifest.KindService:
		return readService(d, text)
	case manifest.KindSLO:
		in, err := decoded[struct {
			Service string `json:"service"`
			SLOInput
		}](d, text)
		return manifest.SLO{Service: in.Service, Declaration: fromSLOInput(in.SLOInput)}, err
	default:
		in, err := decoded[CampaignInput](d, text)
		return manifest.Campaign{Draft: fromCampaignInput(in)}, err
	}
}

func readService(d yamldoc.Document, text []byte) (manifest.Thing, error) {
	in, err := decoded[struct {
		ServiceCreate
		Type      string               `json:"type"`
		DependsOn []DependencyManifest `json:"dependsOn"`
	}](d, text)
	if err != nil {
		return nil, err
	}
	in.Kind = in.Type
	out := manifest.Service{ServiceInput: fromServiceProfile(in.ServiceProfile), Says: says(d, manifest.KindService)}
	out.Team = in.Team
	for _, n := range in.DependsOn {
		out.DependsOn = append(out.DependsOn, manifest.Need{Service: n.Service, DependencyTerms: fromDependencyTerms(n.DependencyTerms)})
	}
	return out, nil
}

// says are the fields that the document has something to say of, by the names of the API.
func says(d yamldoc.Document, kind manifest.Kind) []string {
	var out []string
	for _, name := range d.Members() {
		if slices.Contains([]string{"apiVersion", "kind", "slug"}, name) {
			continue
		}
		for was, is := range manifestKinds[kind].renamed {
			if name == is {
				name = was
			}
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// aDay is a day where there may be a time.
var aDay = regexp.MustCompile(`("reviewBy":"\d{4}-\d{2}-\d{2})"`)

// fitting is the document as JSON, where it fits the schema of its kind.
func fitting(d yamldoc.Document, kind manifest.Kind) ([]byte, error) {
	text, err := d.JSON()
	if err != nil {
		return nil, err
	}
	schemas := schemasOfManifests()
	var faults faultList
	if p := scanJSON(text, schemas.shapes[kind], leafChecker{schemas.registry}, &faults); p != nil {
		return nil, d.Place([]fault.Violation{{Message: strings.TrimPrefix(p.Detail, "the body ")}})
	}
	if faults.any() {
		return nil, d.Place(violationsOf(faults))
	}
	if kind == manifest.KindSLO {
		text = aDay.ReplaceAll(text, []byte(`${1}T00:00:00Z"`))
	}
	return text, nil
}

// decoded is what the JSON of the document says.
func decoded[T any](d yamldoc.Document, text []byte) (T, error) {
	var out T
	err := json.Unmarshal(text, &out)
	var typed *json.UnmarshalTypeError
	var when *time.ParseError
	switch {
	case err == nil:
		return out, nil
	case errors.As(err, &when):
		return out, d.Place([]fault.Violation{{Pointer: "/reviewBy", Message: "must be a day such as 2027-06-01", Value: when.Value}})
	case errors.As(err, &typed):
		return out, d.Place([]fault.Violation{{Pointer: pointerOf(typed.Field), Message: "does not fit this field; its schema says what does"}})
	}
	return out, fmt.Errorf("read a manifest: %w", err)
}

// violationsOf are faults of a body as those of a domain.
func violationsOf(faults faultList) []fault.Violation {
	out := make([]fault.Violation, len(faults.list))
	for i, f := range faults.list {
		out[i] = fault.Violation{Pointer: f.Pointer, Message: f.Message, Value: f.Value}
	}
	return out
}
