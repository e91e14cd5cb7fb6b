package app

import (
	"fmt"
	"os"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
)

// readTemplates reads what suggestions are made by: what Evenkeel brings, and what a
// file says beside or instead, if one is configured. Faults of the file are those of
// the configuration, each with its place in the file.
func readTemplates(path string) ([]suggest.Template, error) {
	if path == "" {
		return suggest.Load(suggest.Builtin(), nil)
	}
	refuse := func(violations ...fault.Violation) error {
		return &fault.Error{Kind: fault.Invalid, Code: "invalid_configuration", Message: "the templates of suggestions have a fault", Violations: violations}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, refuse(fault.Violation{Pointer: "suggestions.templates", Value: path, Message: fmt.Sprintf("must be a file that can be read: %v", err)})
	}
	defer file.Close()
	templates, err := suggest.Load(suggest.Builtin(), file)
	switch f := fault.As(err); {
	case err == nil:
		return templates, nil
	case f == nil:
		return nil, refuse(fault.Violation{Pointer: "suggestions.templates", Value: path, Message: fmt.Sprintf("must be a file that can be read: %v", err)})
	case len(f.Violations) == 0:
		return nil, refuse(fault.Violation{Pointer: path, Message: f.Message})
	default:
		placed := make([]fault.Violation, len(f.Violations))
		for i, v := range f.Violations {
			v.Pointer = path + ": " + v.Pointer
			placed[i] = v
		}
		return nil, refuse(placed...)
	}
}
