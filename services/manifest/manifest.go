package manifest

import (
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// Kind is what a manifest is of.
type Kind string

// The kinds.
const (
	KindTeam      Kind = "Team"
	KindSystem    Kind = "System"
	KindService   Kind = "Service"
	KindSLO       Kind = "SLO"
	KindPolicy    Kind = "ErrorBudgetPolicy"
	KindScorecard Kind = "Scorecard"
	KindCampaign  Kind = "Campaign"
)

// KindSet is what a step is of that changes the set itself; there is no manifest of it.
const KindSet Kind = "ManifestSet"

// Kinds lists every kind, in the order in which they are brought: each may name those before it.
var Kinds = []Kind{KindTeam, KindSystem, KindService, KindSLO, KindPolicy, KindScorecard, KindCampaign}

// The bounds of a set.
const (
	MaxFiles     = 5_000
	MaxManifests = 10_000
	MaxSize      = 32 << 20 // bytes of all files together
)

// Identity names a thing among all that manifests are of.
type Identity struct {
	Kind Kind
	// Name is its slug; of an SLO behind that of its service, "checkout/availability"; of a
	// campaign, which has none, its name.
	Name string
}

// String names it for people.
func (i Identity) String() string { return fmt.Sprintf("%s %q", i.Kind, i.Name) }

// service is the slug of an SLO's service.
func (i Identity) service() string {
	service, _, _ := strings.Cut(i.Name, "/")
	return service
}

// File is one file of a set.
type File struct {
	Path string // as people know it, such as services/checkout.yaml
	Text string
}

// Manifest is a document that says that there is something.
type Manifest struct {
	Identity
	Path   string
	Line   int    // where it begins, from 1
	Text   string // of the document itself, with all that it refers to
	Thing  Thing
	Places Places
}

// Of is the manifest of the thing, in the document that says it.
func Of(thing Thing, path string, line int, text string, places Places) Manifest {
	return Manifest{Identity: thing.identity(), Path: path, Line: line, Text: text, Thing: thing, Places: places}
}

// Places finds where a document says something.
type Places interface {
	// Place puts violations of the thing at their places in the document.
	Place(violations []fault.Violation) *yamldoc.Error
}

// Reader reads manifests.
type Reader interface {
	// Read returns the manifests of the files, and what should be known of them. Faults: Invalid with
	// all that is wrong, at pointers such as "/files/3", and the place in the message.
	Read(files []File) ([]Manifest, []Note, error)
}

// Note is something that should be known of a document, and keeps nothing from being done.
type Note struct {
	Path         string
	Line, Column int // from 1
	Message      string
}
