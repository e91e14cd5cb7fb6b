package proposal_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
)

// Faults of an act point to where the act is in the body of the proposal.
func TestFaultsPointIntoTheProposal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 6)
	of := h.availability.SLO.ID
	unfounded := hour()
	unfounded.Reason = ""
	for pointer, in := range map[string]proposal.Input{
		"/revision/declaration/objective": {SLO: of, Version: 1, Revision: new(objective("101%"))},
		"/correction/declaration/reason":  {SLO: of, Correction: &unfounded},
		"/serviceUpdate/declaration/tier": {Service: h.checkout.ID, Version: 1, Update: new(service(9))},
	} {
		_, err := h.Propose(h.ada, in, document, "because")
		if f := fault.As(err); f == nil || len(f.Violations) != 1 || f.Violations[0].Pointer != pointer {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}
