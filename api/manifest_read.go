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
	"github.com/evenkeel/evenkeel/services/manifest"
	policies "github.com/evenkeel/evenkeel/services/policy/document"
)

// Manifests reads manifests, with a server or without.
type Manifests struct{}

var _ manifest.Reader = Manifests{}

// Read implements manifest.Reader.
func (m Manifests) Read(files []manifest.File) ([]manifest.Manifest, []manifest.Note, error) {
	var out []manifest.Manifest
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
	for i, f := range files {
		found, err := readManifests(f)
		if err := told(&check, i, f.Path, err); err != nil {
			return nil, nil, err
		}
		out = append(out, found...)
	}
	return out, nil, check.Err()
}

// told notes what is wrong with a file, each with its place, and returns any other error.
func told(check *fault.Check, file int, path string, err error) error {
	var of *yamldoc.Error
	if err == nil {
		return nil
	}
	if !errors.As(err, &of) {
		return err
	}
	for _, p := range of.Problems {
		check.Fail(fmt.Sprintf("/files/%d", file), nil, "%s:%s", path, p)
	}
	return nil
}

func readManifests(f manifest.File) ([]manifest.Manifest, error) {
	docs, err := yamldoc.Parse([]byte(f.Text))
	if err != nil {
		return nil, err
	}
	var out []manifest.Manifest
	var wrong yamldoc.Error
	for _, d := range docs {
		d.In = f.Path
		thing, err := readThing(d)
		var of *yamldoc.Error
		switch {
		case errors.As(err, &of):
			wrong.Problems = append(wrong.Problems, of.Problems...)
			continue
		case err != nil:
			return nil, err
		}
		line, _ := d.Line("")
		out = append(out, manifest.Of(thing, f.Path, line, d.Source(), d))
	}
	if len(wrong.Problems) > 0 {
		return nil, &wrong
	}
	return out, nil
}

// readThing reads what a document says there is. The error is a *yamldoc.Error.
func readThing(d yamldoc.Document) (manifest.Thing, error) {
	kind := manifest.Kind(d.Head("kind"))
	if is := d.Head("apiVersion"); is != yamldoc.APIVersion {
		return nil, d.Place([]fault.Violation{{Pointer: "/apiVersion", Message: fmt.Sprintf("must be %q", yamldoc.APIVersion), Value: is}})
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
		in, err := decoded[TeamInput](d, text)
		return manifest.Team{TeamInput: fromTeamInput(in), Says: says(d, kind)}, err
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
