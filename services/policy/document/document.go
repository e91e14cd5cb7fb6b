package document

import (
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
)

// Document is a policy that was read.
type Document struct {
	Draft policy.Draft
	// Attachments are where it is in force, nil where the document does not say.
	Attachments []policy.Place
	yamldoc.Document
}

// Read reads one policy. The error is a *yamldoc.Error: the text is no YAML, or not of this
// shape. Whether the policy is right is for Check.
func Read(text []byte) (Document, error) {
	var s shape
	d, err := yamldoc.Read(text, Kind, &s)
	if err != nil {
		return Document{}, err
	}
	return Document{Draft: s.draft(), Attachments: s.places(), Document: d}, nil
}

// Of is the document of the kind, which was read among others. The error is as of Read.
func Of(d yamldoc.Document) (Document, error) {
	var s shape
	if err := d.Decode(&s); err != nil {
		return Document{}, err
	}
	return Document{Draft: s.draft(), Attachments: s.places(), Document: d}, nil
}

// Check tells all that is wrong with the policy by itself, as a *yamldoc.Error.
func (d Document) Check(language *expr.Environment) error {
	return d.Document.Check(d.Draft.Validate(language))
}

// Write writes a policy so that Read reads the same.
func Write(d policy.Draft) ([]byte, error) { return WriteAttached(d, nil) }

// WriteAttached writes a policy, and where it is in force.
func WriteAttached(d policy.Draft, places []policy.Place) ([]byte, error) {
	s := shapeOf(d)
	s.Attachments = attachmentsOf(places)
	return yamldoc.Write(s)
}
