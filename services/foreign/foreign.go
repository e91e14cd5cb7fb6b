package foreign

import (
	"regexp"
	"strings"

	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Reading is what a text says.
type Reading struct {
	SLOs []SLO
	// Services are those that the tool describes by themselves.
	Services []Described
	Notes    []Note // by their places
}

// Object is what an object of Kubernetes is called and carries.
type Object struct {
	Name, Namespace     string
	Labels, Annotations map[string]string
}

// Described is a service that another tool describes.
type Described struct {
	// Name is what SLOs call it.
	Name, DisplayName, Description string
	// Project is what it belongs to there; empty where there is no such thing.
	Project string
	Labels  map[string]string
	// Document and Line are where it is described, from 1.
	Document, Line int
}

// SLO is an SLO of another tool.
type SLO struct {
	// Service and Name are what it is called there; the Declaration has a slug made of it. Of
	// a tool that has no services the Service is what was taken for it, which a Note tells.
	Service, Name string
	// ID is what the tool's API and exports call it by; empty where that is the service and the
	// name.
	ID          string
	Declaration slo.Declaration
	// DataSource is what the tool calls the source that it asks; empty where it does not say, and
	// where nothing is asked. Nobody looked it up: the Declaration names none.
	DataSource string
	// Counting counts the events of the declaration, where its queries were read already.
	Counting *prometheus.Counting
	// Labels are on everything that is made of it there.
	Labels map[string]string
	// Page and Ticket are its alerts there.
	Page, Ticket Alert
	// Object is that of Kubernetes that holds it, if it is in one.
	Object *Object
	// Document and Line are where it is said, from 1.
	Document, Line int
}

// Alert is what an alert is called and carries.
type Alert struct {
	Name                string
	Labels, Annotations map[string]string
}

// Note is something of a document that has no place here, or that was taken for something.
type Note struct {
	Document int // from 1
	// Line and Column are from 1, in the whole text.
	Line, Column int
	Pointer      string // into the document
	Message      string
	// Left says that an SLO could not be translated, and is not among those of the Reading.
	Left bool
}

var noLabel = regexp.MustCompile(`[^-a-z0-9]+`)

// Slug makes a name an RFC 1123 label; it is empty where nothing of it can be one.
func Slug(name string) string {
	slug := strings.Trim(noLabel.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if len(slug) > 63 {
		slug = strings.TrimRight(slug[:63], "-")
	}
	return slug
}
