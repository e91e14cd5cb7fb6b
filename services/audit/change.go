package audit

import (
	"encoding/json"

	"github.com/evenkeel/evenkeel/services/access"
)

// Change is one decision that was carried out: what was done to which object,
// why, and which of its fields changed. Who did it is the context's caller.
type Change struct {
	Verb access.Verb
	// Object names the thing; its Kind and Verb together are the entry's action,
	// and its Team is the one that may read the entry.
	Object access.Object
	// Reason is the caller's own, for people to read; it may be empty.
	Reason string
	// Changes is what Diff made of the object before and after, or nil.
	Changes json.RawMessage
}

// Action names a verb on a kind: "<kind>.<verb>", such as "slo.create".
func Action(verb access.Verb, kind access.Kind) string {
	return string(kind) + "." + string(verb)
}
