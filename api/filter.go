package api

import (
	"github.com/evenkeel/evenkeel/internal/fault"
)

// atQuery turns what is missing behind a filter into a fault of that parameter; a
// former name stays Moved, and leads to the same list under the new one.
func atQuery(parameter, value string, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	var check fault.Check
	check.Fail("query."+parameter, value, "names nothing that exists")
	return check.Err()
}
