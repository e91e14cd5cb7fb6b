package catalog

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// rxRef is a reference as portals write it: kind:namespace/name, with the characters of Backstage's
// names, which are those of Kubernetes' in lower case.
var rxRef = regexp.MustCompile(`^([a-z]+):([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/([a-z0-9](?:[-a-z0-9_.]{0,61}[a-z0-9])?)$`)

// checkRef requires the reference of an entity of the kind.
func checkRef(check *fault.Check, pointer, ref string, kind Kind) {
	m := rxRef.FindStringSubmatch(ref)
	check.Require(m != nil && m[1] == string(kind), pointer, ref, "must be the reference of a %s, such as %s:default/checkout", kind, kind)
}

// checkRefs requires a bounded list of references of entities of the kind.
func checkRefs(check *fault.Check, pointer string, refs []string, kind Kind) {
	check.Require(len(refs) <= MaxRefs, pointer, len(refs), "must have at most %d entries, has %d", MaxRefs, len(refs))
	for i, ref := range refs[:min(len(refs), MaxRefs)] {
		checkRef(check, fmt.Sprintf("%s/%d", pointer, i), ref, kind)
	}
}

// nameOf is the name in a reference.
func nameOf(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// slug is the slug of the service that a component is: as it is annotated, else by its reference.
func (t Told) slug() string {
	if t.Slug != "" {
		return t.Slug
	}
	return slugOf(t.Ref)
}

// inLabel are the characters of names that slugs have not.
var inLabel = strings.NewReplacer("_", "-", ".", "-")

// slugOf is the slug that a reference gives: its name, after its namespace where that is another
// than the default. It may be longer than a slug can be.
func slugOf(ref string) string {
	m := rxRef.FindStringSubmatch(ref)
	if m == nil {
		return ""
	}
	name := inLabel.Replace(m[3])
	if m[2] != "default" {
		return m[2] + "-" + name
	}
	return name
}
