package api

import (
	"net/http"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// renamed is declared by lists with a filter that names something by its slug.
var renamed = []int{http.StatusPermanentRedirect}

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
