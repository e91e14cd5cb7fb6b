// Package document reads and writes scorecards as YAML; see yamldoc. The package is pure: whoever
// uses it reads the file and speaks to the server.
package document

import (
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/expr"
)

// Document is a scorecard that was read.
type Document struct {
	Draft scorecards.Draft
	yamldoc.Document
}

// Read reads one scorecard. The error is a *yamldoc.Error: the text is no YAML, or not of this
// shape. Whether the scorecard is right is for Check.
func Read(text []byte) (Document, error) {
	var s shape
	d, err := yamldoc.Read(text, Kind, &s)
	if err != nil {
		return Document{}, err
	}
	return Document{Draft: s.draft(), Document: d}, nil
}

// Of is the document of the kind, which was read among others. The error is as of Read.
func Of(d yamldoc.Document) (Document, error) {
	var s shape
	if err := d.Decode(&s); err != nil {
		return Document{}, err
	}
	return Document{Draft: s.draft(), Document: d}, nil
}

// Check tells all that is wrong with the scorecard by itself, as a *yamldoc.Error.
func (d Document) Check(language *expr.Environment) error {
	return d.Document.Check(d.Draft.Validate(language))
}

// Write writes a scorecard so that Read reads the same.
func Write(d scorecards.Draft) ([]byte, error) { return yamldoc.Write(shapeOf(d)) }
