package proposal

import (
	"context"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// Input is an act that is proposed: exactly one of Revision, Correction, Removal and
// SLORetirement, which are of an SLO, or Update and ServiceRetirement, which are of a service,
// is given.
type Input struct {
	SLO               id.ID                   `json:"slo,omitempty"`     // empty for an act on a service
	Service           id.ID                   `json:"service,omitempty"` // of such an act
	Version           int64                   `json:"version,omitempty"` // that its author saw, of what has one
	Revision          *slo.Declaration        `json:"revision,omitempty"`
	Correction        *correction.Declaration `json:"correction,omitempty"`
	Removal           *Removal                `json:"removal,omitempty"`
	SLORetirement     *Retirement             `json:"sloRetirement,omitempty"`
	Update            *registry.ServiceInput  `json:"update,omitempty"`
	ServiceRetirement *Retirement             `json:"serviceRetirement,omitempty"`
}

// Removal is of a correction.
type Removal struct {
	Correction id.ID  `json:"correction"`
	Reason     string `json:"reason"`
}

// Retirement is of an SLO, or of a service.
type Retirement struct {
	Reason string `json:"reason"`
}

func (in Input) act() Act {
	switch {
	case in.Revision != nil:
		return ReviseSLO
	case in.Correction != nil:
		return DeclareCorrection
	case in.Removal != nil:
		return RemoveCorrection
	case in.SLORetirement != nil:
		return RetireSLO
	case in.Update != nil:
		return UpdateService
	case in.ServiceRetirement != nil:
		return RetireService
	}
	panic("proposal: an act that is none")
}

// pointer is where the act is in the body of a proposal.
func (in Input) pointer() string {
	switch in.act() {
	case ReviseSLO:
		return "/revision/declaration"
	case DeclareCorrection:
		return "/correction/declaration"
	case RemoveCorrection:
		return "/removal"
	case RetireSLO:
		return "/retirement"
	case RetireService:
		return "/serviceRetirement"
	case UpdateService:
		return "/serviceUpdate/declaration"
	}
	panic("proposal: an act that is none")
}

// within has what an act breaks point into the proposal, where the act is.
func (in Input) within(err error) error {
	f := fault.As(err)
	if f == nil || len(f.Violations) == 0 {
		return err
	}
	moved := *f
	moved.Violations = slices.Clone(f.Violations)
	for i := range moved.Violations {
		moved.Violations[i].Pointer = in.pointer() + moved.Violations[i].Pointer
	}
	return &moved
}

// act does what the input says, as the context's caller, and returns what came of it.
func (s *Service) act(ctx context.Context, in Input) (id.ID, error) {
	switch in.act() {
	case ReviseSLO:
		v, _, err := s.SLOs.Revise(ctx, in.SLO, in.Version, *in.Revision)
		return v.Revision.ID, err
	case DeclareCorrection:
		c, err := s.Corrections.Declare(ctx, in.SLO, *in.Correction)
		return c.ID, err
	case RemoveCorrection:
		c, err := s.Corrections.Remove(ctx, in.Removal.Correction, in.Removal.Reason)
		return c.ID, err
	case RetireSLO:
		_, err := s.SLOs.Retire(ctx, in.SLO, in.Version, in.SLORetirement.Reason)
		return "", err
	case RetireService:
		_, err := s.Services.Retire(ctx, string(in.Service), in.Version, in.ServiceRetirement.Reason)
		return "", err
	case UpdateService:
		_, err := s.Services.UpdateService(ctx, string(in.Service), in.Version, *in.Update)
		return "", err
	}
	panic("proposal: an act that is none")
}
